/*
 * RADIUS over TLS (RFC 6614) as a client speaks it: a stream of packets, the secret "radsec", nothing
 * sent twice. The server's certificate must be the CA's; its name is not looked at, we talk to loopback.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

static void radsec_die(const char *what) {
  const char *why = ERR_reason_error_string(ERR_get_error());
  die("%s: %s", what, why ? why : "the other side closed it");
}

/* FILES: certificate, key and CA, PEM, with commas between. */
static SSL_CTX *radsec_context(char *files) {
  const char *certificate = strtok(files, ","), *key = strtok(NULL, ","), *ca = strtok(NULL, ",");
  if (!ca) die("--tls wants CERTIFICATE,KEY,CA");
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context) radsec_die("TLS");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) radsec_die(certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) radsec_die(key);
  if (SSL_CTX_load_verify_locations(context, ca, NULL) != 1) radsec_die(ca);
  return context;
}

static SSL *radsec_open(SSL_CTX *context, int fd) {
  SSL *ssl = SSL_new(context);
  if (!ssl || SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1) radsec_die("the handshake failed");
  if (fcntl(fd, F_SETFL, O_NONBLOCK)) die("fcntl: %s", strerror(errno));
  return ssl;
}

static void radsec_send(SSL *ssl, const uint8_t *packets, size_t n) {
  int r;
  while ((r = SSL_write(ssl, packets, (int)n)) <= 0) {
    if (SSL_get_error(ssl, r) != SSL_ERROR_WANT_WRITE) radsec_die("the connection has ended");
    struct pollfd room = {.fd = SSL_get_fd(ssl), .events = POLLOUT};
    if (poll(&room, 1, 1000) == 0) die("the server does not read");
  }
}

/* Return how many octets were read; 0 where there is nothing now. */
static size_t radsec_receive(SSL *ssl, uint8_t *into, size_t room) {
  int r = SSL_read(ssl, into, (int)room);
  if (r <= 0 && SSL_get_error(ssl, r) != SSL_ERROR_WANT_READ) radsec_die("the connection has ended");
  return r > 0 ? (size_t)r : 0;
}
