import asyncio, pytest, time
from secondgate.directories.ldap import *
from tests.test_scratch import mk
@pytest.mark.parametrize("n",[2,5,20,100])
async def test_find(slapd,n):
    d=mk(slapd,slapd.ldaps); await d.find("alice")
    t=time.time(); r=await asyncio.gather(*(d.find("alice") for _ in range(n)),return_exceptions=True); print("find",n,time.time()-t,sum(isinstance(x,Exception) for x in r))
@pytest.mark.parametrize("n",[2,5,20,100])
async def test_bind(slapd,n):
    d=mk(slapd,slapd.ldaps); await d.find("alice")
    s=d._readers[0].server
    t=time.time(); r=await asyncio.gather(*(d._bind(s,"uid=alice,ou=people,dc=example,dc=org","Al1ce-Passw0rd") for _ in range(n)),return_exceptions=True); print("bind",n,time.time()-t,sum(isinstance(x,Exception) for x in r))
