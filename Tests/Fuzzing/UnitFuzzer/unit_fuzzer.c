/*
 * libFuzzer on the C unit library: the input is a frame from either end, and a gateway's stream to a unit that is
 * online with a press pending. What was decoded must encode and decode to the same; the unit must stay inside its
 * buffers (AddressSanitizer, and the checks of the fake platform) and keep the press until a stage names it.
 */
#include "../../../Units/c/tests/fake.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void frame(const uint8_t *data, uint32_t size, sos_sender sender) {
    static uint8_t first[SOS_FRAME_BYTES_MAX], second[SOS_FRAME_BYTES_MAX];
    sos_message message, again;
    uint16_t offset = 0;
    const uint16_t code = sos_decode(data, size, sender, &message, &offset);
    if (code != SOS_OK) {
        if (offset > size) abort();
        return;
    }
    const uint32_t bytes = sos_encode(&message, first, sizeof first);
    if (bytes == 0 || sos_decode(first, bytes, sender, &again, &offset) != SOS_OK) abort();
    if (sos_encode(&again, second, sizeof second) != bytes || memcmp(first, second, bytes) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static fake f;
    sos_message message;
    uint16_t offset = 0;
    if (size > sizeof f.in - 64U) return 0;
    frame(data, (uint32_t)size, SOS_FROM_UNIT);
    frame(data, (uint32_t)size, SOS_FROM_GATEWAY);

    fake_start(&f, 7, 1 + (uint32_t)size);
    fake_online(&f);
    sos_unit_press(&f.unit, SOS_POLICE, 0, NULL, NULL);
    f.read_most = size % 3U == 0 ? 1 : 0;
    f.handles = size % 2U == 0;
    memcpy(f.in, data, size);
    f.in_bytes = (uint32_t)size;
    f.in_taken = 0;
    for (uint32_t step = 0; step < 8U + size / 8U; step += 1) sos_unit_step(&f.unit);
    for (uint32_t round = 0; round < 20; round += 1) fake_run(&f, 500);
    /* Gone only when a stage of boot 7, counter 1 stood somewhere in the stream. */
    if (!sos_unit_press_pending(&f.unit)) {
        bool named = false;
        for (size_t at = 0; at + 29U <= size; at += 1) {
            const uint16_t code = sos_decode(data + at, (uint32_t)(size - at), SOS_FROM_GATEWAY, &message, &offset);
            named = named || (code == SOS_OK && message.type == SOS_STAGE && message.as.stage.boot == 7 &&
                              message.as.stage.counter == 1);
        }
        if (!named) abort();
    }
    if (failures != 0) abort();
    return 0;
}
