"""Operations that GraphiQL opens with. They work on the seeded shop as they are."""

from twofold_graphql.graphiql import Example

__all__ = ["EXAMPLES"]

EXAMPLES = (
    Example(
        name="Products with category and reviews",
        query="""query Shelf {
  products(first: 5, orderBy: { createdAt: DESC }) {
    totalCount
    edges {
      node {
        name
        price
        currency
        category { name }
        reviews(first: 3, orderBy: { createdAt: DESC }) {
          edges { node { rating title author { name } } }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    ),
    Example(
        name="Filter and sort",
        query="""query Bargains($most: Decimal!) {
  products(
    first: 10
    filter: { price: { lte: $most }, stock: { gt: 0 }, reviews: { some: { rating: { eq: 5 } } } }
    orderBy: { price: ASC }
  ) {
    nodes { name price currency excerpt vendor { name } tags { nodes { name } } }
  }
}
""",
        variables={"most": "25.00"},
    ),
    Example(
        name="Aggregates and groups",
        query="""query Range {
  products {
    aggregates { count countDistinct { vendorId } min { price } max { price } }
    byCategory: groupBy(
      by: [{ category: { name: VALUE } }, { currency: VALUE }]
      having: { count: { gte: 3 } }
      orderBy: [{ count: DESC }]
      first: 10
    ) {
      key { category { name } currency }
      count
      avg { price }
      sum { stock }
    }
  }
}
""",
    ),
    Example(
        name="Search, best matches first",
        query="""query Search($words: String!) {
  products(search: $words, first: 10) {
    totalCount
    nodes { name price currency vendor { name } reviews(search: "gift", first: 2) { nodes { title body } } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
        variables={"words": "black tea"},
    ),
    Example(
        name="The tree of categories",
        query="""query Catalogue {
  categories(filter: { parentId: { isNull: true } }, first: 10) {
    nodes { name children(first: 5) { nodes { name products(first: 2) { totalCount nodes { name } } } } }
  }
}
""",
    ),
    Example(
        name="Your orders (sign in first)",
        query="""# Sign in with POST /auth/login, and put the token into the headers below:
# { "Authorization": "Bearer …" }
query Orders {
  orders(first: 5) {
    totalCount
    nodes { status total currency placedAt lines { nodes { quantity unitPrice product { name } } } }
  }
}
""",
    ),
    Example(
        name="Fill a cart and place it (sign in first)",
        query="""# Sign in with POST /auth/login, and put the token into the headers below:
# { "Authorization": "Bearer …" }
# Run Fill, put the id of the order into the variables below, and run Place.
mutation Fill {
  createOrder(
    input: {
      note: "Please ring twice"
      shipTo: {
        create: { recipient: "Noor Lindqvist", line1: "Mill Lane 1", postalCode: "3511", city: "Delft", country: "NL" }
      }
      lines: {
        create: [
          { productId: "0194f627-7ead-7748-8000-0035b900c920", quantity: 2 }
          { productId: "01950ec6-9c5c-7fc7-8000-003cf382f609", quantity: 1 }
        ]
      }
    }
  ) {
    order { id status total currency lines { nodes { productName quantity unitPrice subtotal } } }
    errors { code message path }
  }
}

mutation Place($id: ID!) {
  placeOrder(input: { id: $id }) {
    order { status total placedAt payment { status amount } lines { nodes { product { name stock } } } }
    errors { code message path }
  }
}
""",
        variables={"id": ""},
    ),
    Example(
        name="Moderate a review (sign in as a moderator first)",
        query="""# Sign in with POST /auth/login as moderator@example.com, and put the token into the headers below:
# { "Authorization": "Bearer …" }
mutation Moderate($input: ModerateReviewInput!) {
  moderateReview(input: $input) {
    review { title rating status version author { name } product { name averageRating } }
    errors { code message path }
  }
}
""",
        variables={"input": {"id": "019ee455-4479-753a-8000-0759b63d3848", "status": "approved"}},
    ),
    Example(
        name="Revenue by month (sign in as a vendor first)",
        query="""# Sign in with POST /auth/login, and put the token into the headers below:
# { "Authorization": "Bearer …" }
query Revenue {
  orders(filter: { status: { in: [paid, shipped, delivered] } }) {
    groupBy(
      by: [{ placedAt: MONTH }, { currency: VALUE }]
      orderBy: [{ key: { placedAt: DESC } }]
      first: 24
    ) {
      key { placedAt currency }
      count
      sum { total }
      avg { total }
    }
  }
}
""",
    ),
)
