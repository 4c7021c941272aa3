/*
 * MS-CHAP version 2 as a client speaks it: RFC 2759, its attributes RFC 2548.
 *
 * What was typed is ASCII here, so that UTF-16 is each octet and a zero.
 */
#include <openssl/des.h>
#include <openssl/md4.h>

enum { MSCHAP_CHALLENGE = 11, MSCHAP2_RESPONSE = 25, MSCHAP2_SUCCESS = 26 };
enum { MSCHAP_TYPED = 128, MSCHAP_PROOF = 43 };

typedef struct {
  uint8_t challenge[16];
  uint8_t response[50];             /* identifier, flags, peer challenge, eight zeros, the answer */
  uint8_t proof[MSCHAP_PROOF + 1];  /* what MS-CHAP2-Success has to be: identifier, "S=", 40 digits */
} mschap_t;

static void mschap_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8]) {
  /* seven octets are eight times seven bits; DES wants each in an octet of its own, parity unused */
  DES_cblock k;
  DES_key_schedule schedule;
  uint64_t bits = 0;
  for (int i = 0; i < 7; i++) bits = bits << 8 | key[i];
  for (int i = 0; i < 8; i++) k[i] = (uint8_t)((bits >> (49 - 7 * i) & 0x7f) << 1);
  DES_set_key_unchecked(&k, &schedule);
  DES_ecb_encrypt((const_DES_cblock *)in, (DES_cblock *)out, &schedule, DES_ENCRYPT);
}

static void mschap_sha1(const void *a, size_t an, const void *b, size_t bn, const void *c, size_t cn, uint8_t out[20]) {
  SHA_CTX s;
  SHA1_Init(&s), SHA1_Update(&s, a, an), SHA1_Update(&s, b, bn), SHA1_Update(&s, c, cn), SHA1_Final(out, &s);
}

/* Fill in response and proof. `m` has its challenge, and in `response` identifier and peer challenge. */
static void mschap_answer(mschap_t *m, const char *user, const uint8_t *typed, size_t n) {
  static const char P1[] = "Magic server to client signing constant", P2[] = "Pad to make it do more than one iteration";
  uint8_t wide[2 * MSCHAP_TYPED] = {0}, hash[21] = {0}, twice[16], mixed[20], inner[20], digest[20];
  uint8_t *peer = m->response + 2, *answer = m->response + 26;
  for (size_t i = 0; i < n; i++) wide[2 * i] = typed[i];
  MD4(wide, 2 * n, hash);
  mschap_sha1(peer, 16, m->challenge, 16, user, strlen(user), mixed);
  for (int i = 0; i < 3; i++) mschap_des(hash + 7 * i, mixed, answer + 8 * i);
  MD4(hash, 16, twice);
  mschap_sha1(twice, 16, answer, 24, P1, sizeof P1 - 1, inner);
  mschap_sha1(inner, 20, mixed, 8, P2, sizeof P2 - 1, digest);
  m->proof[0] = m->response[0], m->proof[1] = 'S', m->proof[2] = '=';
  for (int i = 0; i < 20; i++) sprintf((char *)m->proof + 3 + 2 * i, "%02X", digest[i]);
}

/* Tell whether one Vendor-Specific value is the proof that the server knows what was typed. */
static int mschap_proves(const mschap_t *m, const uint8_t *value, size_t n) {
  static const uint8_t head[] = {0, 0, 1, 55, MSCHAP2_SUCCESS, MSCHAP_PROOF + 2};
  return n == sizeof head + MSCHAP_PROOF && !memcmp(value, head, sizeof head) && !memcmp(value + sizeof head, m->proof, MSCHAP_PROOF);
}
