/*
 * No connection is ever made here, but libgit2 prepares for one whenever it starts. This file leaves that out: what it
 * defines is found before the definitions of libgit2 and of its libraries. A function that would connect fails.
 */
#include <git2.h>
#include <git2/sys/transport.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The prototypes are in headers that libgit2 does not install or the build does not need; arguments are not looked at.
 */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* --- where libgit2 is a shared library: the dearest calls of its start ------------------------------------------- */

/*
 * Reads the system's certificates and decodes them, 85 % of the start, unless it fails: libgit2 takes that for "no
 * certificates". Where libgit2 uses another TLS library than Debian's does, this and the next do nothing.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	return -1;
}

/* Makes libcrypto load all it has, and crash where memory ends meanwhile. */
int libssh2_init(int flags)
{
	return 0;
}

/*
 * --- where it is linked from its archive (LIBGIT2=static in the Makefile)
 * ---------------------------------------------
 *
 * All that other members of libgit2 1.5's archive want from those that need mbed TLS, libssh2 and Kerberos. With these
 * defined, the linker leaves those members out, and with them twelve shared libraries, whose loading takes longer than
 * most answers. The prototypes are libgit2's (streams/mbedtls.h, transports/ssh.h, transports/http.h, util/hash/sha.h).
 */

static int no_network(void)
{
	git_error_set_str(GIT_ERROR_NET, "built without network");
	return -1;
}

int git_mbedtls_stream_global_init(void)
{
	return 0;
}

int git_mbedtls__set_cert_location(const char *file, const char *path)
{
	return no_network();
}

struct git_stream;

int git_mbedtls_stream_new(struct git_stream **out, const char *host, const char *port)
{
	return no_network();
}

int git_mbedtls_stream_wrap(struct git_stream **out, struct git_stream *in, const char *host)
{
	return no_network();
}

int git_transport_ssh_global_init(void)
{
	return 0;
}

int git_smart_subtransport_ssh(git_smart_subtransport **out, git_transport *owner, void *param)
{
	return no_network();
}

bool git_http__expect_continue;

int git_smart_subtransport_http(git_smart_subtransport **out, git_transport *owner, void *param)
{
	return no_network();
}

/* SHA-256 is mbed TLS's in Debian's libgit2, which knows no repository that has it. */
struct git_hash_sha256_ctx;

int git_hash_sha256_global_init(void)
{
	return 0;
}

int git_hash_sha256_ctx_init(struct git_hash_sha256_ctx *ctx)
{
	return no_network();
}

void git_hash_sha256_ctx_cleanup(struct git_hash_sha256_ctx *ctx)
{
}

int git_hash_sha256_init(struct git_hash_sha256_ctx *ctx)
{
	return no_network();
}

int git_hash_sha256_update(struct git_hash_sha256_ctx *ctx, const void *data, size_t len)
{
	return no_network();
}

int git_hash_sha256_final(unsigned char *out, struct git_hash_sha256_ctx *ctx)
{
	return no_network();
}
