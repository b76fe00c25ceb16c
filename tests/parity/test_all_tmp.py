import time, pytest, os
from collections import Counter
from support.matrix import write_worlds
from support.databases import new_copy
from support.matrix.cells import sampled
from support.matrix.writing import WAYS
from support.matrix.write_cells import write_cells
pytest_plugins = ("support.library.fixtures",)
D=os.environ.get("DIALECT","sqlite"); SH=int(os.environ.get("SHARE","9"))
ORD=os.environ.get("WORLDS","storefront library").split()
@pytest.fixture(params=[x for x in [("storefront","seeded"),("library","filled")] if x[0] in ORD])
def made(request, tmp_path): return request.param[0], new_copy(request, request.param[1], D, tmp_path)
async def test_all(made):
    t=time.time()
    async with getattr(write_worlds, made[0])(made[1]) as w:
        print("\nprepared", made[0], round(time.time()-t,1))
        for s in w.specs.values():
            for a in ["create","delete","restore",*s.actions]:
                if (a=="restore" and s.removed_at is None) or (a!="restore" and s.rule(a) is None): continue
                if not w.known_good(s,a): print("NOT GOOD", s.plural, a)
        for way in os.environ.get("ONLY","").split(",") if os.environ.get("ONLY") else WAYS:
            t=time.time(); every=list(write_cells(w, way)); g=time.time()-t; some=sampled(w, every, SH) if every else []
            t=time.time(); bad=[]
            for c in some:
                try: d=await c.run(w)
                except Exception as e: d=f"RAISED {type(e).__name__} {e}"; 
                if d: bad.append(f"   {c}: {d}")
            print(way, len(every), len(some), "gen", round(g,2), "run", round(time.time()-t,2), "bad", len(bad))
            for b in bad[:int(os.environ.get("SHOW","6"))]: print(b[:900])
