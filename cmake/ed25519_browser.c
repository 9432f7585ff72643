/* libsodium's Ed25519 for browsers, without its table of multiples of the base point: 30 kB that
 * nothing compresses, 4 % of what travels first. Multiplying the point itself takes longer, and is
 * in constant time as well. */

#define ge25519_scalarmult_base ge25519_scalarmult_base_by_table
#include "crypto_core/ed25519/ref10/ed25519_ref10.c"
#undef ge25519_scalarmult_base

void ge25519_scalarmult_base(ge25519_p3 *h, const unsigned char *a)
{
    /* y = 4/5, x even: RFC 8032, 5.1 */
    static const unsigned char point[32] = {
        0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
        0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
        0x66, 0x66
    };
    ge25519_p3 base;

    (void) ge25519_frombytes(&base, point);
    ge25519_scalarmult(h, a, &base);
}
