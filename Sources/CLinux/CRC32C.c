// CRC-32C by the processor's own instruction: SSE 4.2 on x86-64, the CRC extension on ARMv8. One stream of eight
// bytes an instruction: what the journal checks are records of a hundred bytes, too short for interleaved streams.
#include "CLinux.h"

#include <string.h>

#if defined(__x86_64__)

int clinux_has_crc32c(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") ? 1 : 0;
}

#define CRC_TARGET __attribute__((target("sse4.2")))
#define CRC_WORD(crc, word) ((uint32_t)__builtin_ia32_crc32di((crc), (word)))
#define CRC_HALF(crc, half) __builtin_ia32_crc32si((crc), (half))
#define CRC_BYTE(crc, byte) __builtin_ia32_crc32qi((crc), (byte))

#elif defined(__aarch64__)
#include <sys/auxv.h>

int clinux_has_crc32c(void) {
    const unsigned long hwcap_crc32 = 1UL << 7;
    return (getauxval(AT_HWCAP) & hwcap_crc32) != 0;
}

#define CRC_TARGET __attribute__((target("crc")))
#define CRC_WORD(crc, word) __builtin_arm_crc32cd((crc), (word))
#define CRC_HALF(crc, half) __builtin_arm_crc32cw((crc), (half))
#define CRC_BYTE(crc, byte) __builtin_arm_crc32cb((crc), (byte))

#endif

#ifdef CRC_TARGET

CRC_TARGET uint32_t clinux_crc32c(uint32_t seed, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    uint32_t crc = ~seed;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = CRC_WORD(crc, word);
    }
    // A record's CRC covers four bytes more than a multiple of eight.
    if (count >= 4) {
        uint32_t half;
        memcpy(&half, next, 4);
        crc = CRC_HALF(crc, half);
        count -= 4;
        next += 4;
    }
    for (; count > 0; count -= 1, next += 1) crc = CRC_BYTE(crc, *next);
    return ~crc;
}

#else

int clinux_has_crc32c(void) { return 0; }

// Never called where clinux_has_crc32c() says 0.
uint32_t clinux_crc32c(uint32_t seed, const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return seed;
}

#endif
