"""A house for the console's pages: two applications, people with and without a second factor."""

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOUSE = f"""
applications:
  - {{name: WorkSpaces, kind: aws-workspaces, clients: [10.0.0.1], secret: secret-of-a-test}}
  - {{name: VPN, kind: fortigate, clients: [10.0.0.2], secret: secret-of-a-test}}
groups:
  - {{name: Staff, members: [ann, bob]}}
  - {{name: Guests}}
users:
  - {{login: ann, password: ann-has-a-password, authenticators: [{{method: totp, secret: {SEED}}}]}}
  - {{login: bob, password: bob-has-a-password}}
policies:
  - {{name: P1, application: WorkSpaces, groups: [Staff], login: second-factor-only, methods: [totp]}}
  - {{name: P2, application: WorkSpaces, groups: [Staff], login: password-only}}
  - {{name: P3, application: WorkSpaces, groups: [Guests], login: second-factor-only, methods: [totp]}}
"""
