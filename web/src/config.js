/** What the server wrote into the page's JSON element; a content policy without inline scripts leaves no other way. */
export const config = JSON.parse(document.getElementById("config").textContent);
