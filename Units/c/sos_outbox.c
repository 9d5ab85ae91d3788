/*
 * Store and forward. A slot in RAM mirrors a record in non-volatile memory: the frame as it is sent, up to 36
 * bytes, zeros, and a CRC-32 over both, big-endian. So a repeat has the same bytes, and a torn record is none.
 */
#include "sos_private.h"

#include <stddef.h>
#include <string.h>

#define FRAME_ROOM (SOS_RECORD_BYTES - 4U)
#define SENDS_MAX 4U

static uint32_t number_at(const uint8_t *bytes) {
    return ((uint32_t)bytes[0] << 24U) | ((uint32_t)bytes[1] << 16U) | ((uint32_t)bytes[2] << 8U) | (uint32_t)bytes[3];
}

static uint32_t boot_of(const sos_slot *slot) { return number_at(&slot->record[4]); }
static uint32_t counter_of(const sos_slot *slot) { return number_at(&slot->record[8]); }
static uint8_t type_of(const sos_slot *slot) { return slot->record[2]; }
static bool is_press(const sos_slot *slot) { return (slot->frame_bytes != 0U) && (type_of(slot) == SOS_PRESS); }

/* CRC-32 of IEEE 802.3, bit by bit: records are short and rare. */
static uint32_t crc_of(const uint8_t *bytes) {
    uint32_t crc = UINT32_MAX;
    for (uint32_t at = 0U; at < FRAME_ROOM; at += 1U) {
        crc ^= (uint32_t)bytes[at];
        for (uint32_t bit = 0U; bit < 8U; bit += 1U) {
            crc = ((crc & 1U) != 0U) ? ((crc >> 1U) ^ 0xEDB88320U) : (crc >> 1U);
        }
    }
    return crc ^ UINT32_MAX;
}

/* Bytes of the frame in a record, 0 when it holds none. */
static uint8_t frame_bytes_of(const uint8_t *record) {
    sos_message message;
    uint16_t offset = 0U;
    uint8_t result = 0U;
    if (number_at(&record[FRAME_ROOM]) == crc_of(record)) {
        const uint32_t whole = sos_frame_bytes(record, FRAME_ROOM);
        const bool fits = (whole != 0U) && (whole <= FRAME_ROOM);
        if (fits && (sos_decode(record, whole, SOS_FROM_UNIT, &message, &offset) == SOS_OK)) {
            const bool is_cancel_or_fault = (message.type >= SOS_CANCEL) && (message.type <= SOS_FAULT_END);
            result = ((message.type == SOS_PRESS) || is_cancel_or_fault) ? (uint8_t)whole : 0U;
        }
    }
    return result;
}

uint32_t sos_random(const sos_unit *unit, uint32_t least, uint32_t most) {
    const uint64_t bits = unit->config.platform.random(unit->config.platform.context);
    return least + (uint32_t)((bits * ((uint64_t)most - least + 1U)) >> 32U);
}

bool sos_outbox_load(sos_unit *unit) {
    const sos_platform *platform = &unit->config.platform;
    bool good = true;
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        sos_slot *slot = &unit->config.slots[place];
        (void)memset(slot, 0, sizeof *slot);
        if (platform->load(platform->context, place, slot->record)) {
            slot->frame_bytes = frame_bytes_of(slot->record);
        }
        if ((slot->frame_bytes != 0U) && (boot_of(slot) == unit->config.boot)) {
            good = false;
        }
    }
    return good;
}

sos_result sos_outbox_add(sos_unit *unit, const sos_message *message) {
    const sos_platform *platform = &unit->config.platform;
    sos_result result = SOS_FULL;
    uint16_t others = 0U;
    uint16_t vacant = unit->config.slot_count;
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        const sos_slot *slot = &unit->config.slots[place];
        if (slot->frame_bytes == 0U) {
            vacant = place;
        } else if (!is_press(slot)) {
            others += 1U;
        } else {
            /* a press */
        }
    }
    /* Half of the slots are kept for presses. */
    const bool may = (message->type == SOS_PRESS) || (others < (unit->config.slot_count / 2U));
    if (may && (vacant < unit->config.slot_count)) {
        sos_slot *slot = &unit->config.slots[vacant];
        (void)memset(slot, 0, sizeof *slot);
        slot->frame_bytes = (uint8_t)sos_encode(message, slot->record, FRAME_ROOM);
        const uint32_t crc = crc_of(slot->record);
        for (uint32_t at = 0U; at < 4U; at += 1U) {
            slot->record[FRAME_ROOM + at] = (uint8_t)((crc >> (24U - (8U * at))) & 0xFFU);
        }
        slot->due_ms = unit->now_ms;
        result = platform->save(platform->context, vacant, slot->record) ? SOS_DONE : SOS_NOT_SAVED;
    }
    return result;
}

static void forget(sos_unit *unit, uint16_t place) {
    const sos_platform *platform = &unit->config.platform;
    sos_slot *slot = &unit->config.slots[place];
    const uint8_t type = type_of(slot);
    slot->frame_bytes = 0U;
    /* Where erasing fails it is sent again after the next boot and answered again. */
    (void)platform->erase(platform->context, place);
    if (platform->answered != NULL) {
        platform->answered(platform->context, type, boot_of(slot), counter_of(slot));
    }
}

void sos_outbox_answered(sos_unit *unit, bool of_press, uint32_t boot, uint32_t counter) {
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        const sos_slot *slot = &unit->config.slots[place];
        const bool named = (boot_of(slot) == boot) && (counter_of(slot) == counter);
        if ((slot->frame_bytes != 0U) && named && (is_press(slot) == of_press)) {
            forget(unit, place);
        }
    }
}

/* Old boots before this one, then by boot and counter. */
static bool is_before(const sos_unit *unit, const sos_slot *one, const sos_slot *other) {
    const bool one_old = boot_of(one) != unit->config.boot;
    const bool other_old = boot_of(other) != unit->config.boot;
    bool result = one_old;
    if (one_old == other_old) {
        const bool same = boot_of(one) == boot_of(other);
        result = same ? (counter_of(one) < counter_of(other)) : (boot_of(one) < boot_of(other));
    }
    return result;
}

/* The oldest cancel (or fault report): the only one under way. */
static sos_slot *oldest(const sos_unit *unit, bool cancels) {
    sos_slot *result = NULL;
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        sos_slot *slot = &unit->config.slots[place];
        const bool other = (slot->frame_bytes != 0U) && !is_press(slot);
        if (other && ((type_of(slot) == SOS_CANCEL) == cancels)) {
            result = ((result == NULL) || is_before(unit, slot, result)) ? slot : result;
        }
    }
    return result;
}

void sos_outbox_refused(sos_unit *unit, uint8_t type) {
    const sos_slot *slot = oldest(unit, type == SOS_CANCEL);
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        const bool same = slot == &unit->config.slots[place];
        if (same && (type_of(slot) == type) && (slot->sends != 0U)) {
            forget(unit, place);
        }
    }
}

void sos_outbox_all_due(sos_unit *unit) {
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        unit->config.slots[place].due_ms = unit->now_ms;
        unit->config.slots[place].sends = 0U;
    }
}

/* The one of two that is due first. */
static sos_slot *earlier(sos_slot *one, sos_slot *other) {
    sos_slot *result = one;
    if ((one == NULL) || ((other != NULL) && (other->due_ms < one->due_ms))) {
        result = other;
    }
    return result;
}

sos_slot *sos_outbox_next(const sos_unit *unit) {
    sos_slot *result = NULL;
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        sos_slot *slot = &unit->config.slots[place];
        if (is_press(slot)) {
            const bool equal = (result != NULL) && (slot->due_ms == result->due_ms);
            result = (equal && is_before(unit, slot, result)) ? slot : earlier(result, slot);
        }
    }
    if ((result == NULL) || (result->due_ms > unit->now_ms)) {
        result = earlier(result, earlier(oldest(unit, true), oldest(unit, false)));
    }
    return result;
}

bool sos_outbox_is_stale(const sos_slot *slot) { return is_press(slot) && (slot->sends >= SENDS_MAX); }

void sos_outbox_sent(sos_unit *unit, sos_slot *slot) {
    static const uint32_t press_waits_ms[] = {2000U, 2000U, 4000U, 8000U};
    static const uint32_t other_waits_ms[] = {5000U, 10000U, 20000U, 40000U, 60000U};
    const bool press = is_press(slot);
    const uint8_t last = press ? 3U : 4U;
    const uint8_t step = (slot->sends < last) ? slot->sends : last;
    const uint32_t wait_ms = press ? press_waits_ms[step] : other_waits_ms[step];
    const bool exact = press && (step == 0U);
    slot->sends = (slot->sends < 255U) ? (uint8_t)(slot->sends + 1U) : slot->sends;
    slot->due_ms = unit->now_ms + (exact ? wait_ms : sos_random(unit, (wait_ms / 5U) * 4U, (wait_ms / 5U) * 6U));
}
