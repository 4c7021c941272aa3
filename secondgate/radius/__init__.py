"""The RADIUS protocol: bytes in, values out. No Django, no asyncio, no sockets.

`packet` knows the shape of a packet, `signing` who wrote it, `hiding` how a password travels,
`attributes` the values of an attribute, `dictionary` its name, `drops` why a packet is thrown away.
"""
