/*
 * One connection: waiting, connecting, what goes out and what comes in (sections 3 and 4 of the document).
 */
#include "sos_private.h"

#include <stddef.h>
#include <string.h>

#define CONNECT_MS 20000U
#define GREETING_MS 10000U
#define SETTLED_MS 60000U /* online for so long: the row of waits begins anew */
#define REDIRECTS_MAX 5U
#define REVOKED_MS 30000U
#define READS_A_STEP_MAX 8U

bool sos_link_is_up(const sos_unit *unit) { return (unit->state == SOS_GREETING) || (unit->state == SOS_ONLINE); }

void sos_link_tick(sos_unit *unit) {
    const uint64_t now_ms = unit->config.platform.monotonic_ms(unit->config.platform.context);
    unit->now_ms = (now_ms > unit->now_ms) ? now_ms : unit->now_ms;
}

void sos_link_enter(sos_unit *unit, sos_state state) {
    unit->state = state;
    if (unit->config.platform.state_changed != NULL) {
        unit->config.platform.state_changed(unit->config.platform.context, state);
    }
}

bool sos_unit_press_pending(const sos_unit *unit) {
    bool result = false;
    for (uint16_t place = 0U; place < unit->config.slot_count; place += 1U) {
        const sos_slot *slot = &unit->config.slots[place];
        result = result || ((slot->frame_bytes != 0U) && (slot->record[2] == SOS_PRESS));
    }
    return result;
}

bool sos_unit_wants_write(const sos_unit *unit) { return unit->unsent_bytes != 0U; }

void sos_link_hurry(sos_unit *unit) {
    const uint64_t next_ms = unit->attempt_ms + sos_random(unit, SECOND_MS, 2U * SECOND_MS);
    const uint64_t until_ms = (unit->tried && (next_ms > unit->now_ms)) ? next_ms : unit->now_ms;
    /* A revoked certificate is not mended by hurry. */
    unit->until_ms = ((until_ms < unit->until_ms) && !unit->revoked) ? until_ms : unit->until_ms;
}

void sos_link_wait(sos_unit *unit, uint32_t least_ms) {
    uint32_t wait_ms = sos_random(unit, 0U, SECOND_MS);
    if (unit->revoked) {
        wait_ms = sos_random(unit, REVOKED_MS / 2U, REVOKED_MS);
    } else if (unit->redirected) {
        wait_ms += least_ms;
    } else if (unit->attempts > 0U) {
        const uint32_t base_ms = (unit->attempts < ATTEMPTS_MAX) ? (SECOND_MS << (unit->attempts - 1U)) : 30000U;
        wait_ms = sos_random(unit, base_ms / 2U, base_ms);
    } else {
        /* the first of the row */
    }
    unit->attempts = (unit->attempts < ATTEMPTS_MAX) ? (uint8_t)(unit->attempts + 1U) : unit->attempts;
    unit->until_ms = unit->now_ms + wait_ms;
    if (sos_unit_press_pending(unit)) {
        sos_link_hurry(unit);
    }
    sos_link_enter(unit, SOS_WAITING);
}

void sos_link_drop(sos_unit *unit, bool in_order) {
    if (in_order) {
        sos_link_flush(unit);
    }
    unit->config.platform.close(unit->config.platform.context, in_order);
    if ((unit->state == SOS_ONLINE) && ((unit->now_ms - unit->online_ms) >= SETTLED_MS)) {
        unit->attempts = 0U;
        unit->redirects = 0U;
    }
    unit->unsent_bytes = 0U;
    unit->head_sent = 0U;
    unit->received_bytes = 0U;
    unit->skip_bytes = 0U;
}

void sos_link_lose(sos_unit *unit, bool in_order) {
    sos_link_drop(unit, in_order);
    unit->redirected = false;
    sos_link_wait(unit, 0U);
}

void sos_link_flush(sos_unit *unit) {
    const sos_platform *platform = &unit->config.platform;
    int32_t written = SOS_IO_READY;
    while ((unit->unsent_bytes != 0U) && (written > 0)) {
        const uint32_t head = sos_frame_bytes(unit->config.send, unit->unsent_bytes + unit->head_sent);
        const uint32_t rest = head - unit->head_sent;
        written = platform->write(platform->context, &unit->config.send[unit->head_sent], rest);
        if (written > 0) {
            const uint32_t count = ((uint32_t)written < rest) ? (uint32_t)written : rest;
            unit->progress_ms = unit->now_ms;
            unit->head_sent += count;
            unit->unsent_bytes -= count;
            if (unit->head_sent == head) {
                (void)memmove(unit->config.send, &unit->config.send[head], unit->unsent_bytes);
                unit->head_sent = 0U;
            }
        }
    }
}

bool sos_link_queue(sos_unit *unit, const sos_message *message) {
    const uint32_t used = unit->head_sent + unit->unsent_bytes;
    const uint32_t bytes = sos_encode(message, &unit->config.send[used], unit->config.send_bytes - used);
    if (bytes != 0U) {
        unit->progress_ms = (unit->unsent_bytes == 0U) ? unit->now_ms : unit->progress_ms;
        unit->unsent_bytes += bytes;
        unit->heartbeat_due_ms = unit->now_ms + unit->heartbeat_ms;
    }
    return bytes != 0U;
}

static void say_hello(sos_unit *unit) {
    const sos_config *config = &unit->config;
    sos_message message = {.type = SOS_HELLO};
    sos_hello *hello = &message.as.hello;
    hello->major = SOS_MAJOR;
    hello->flags = sos_unit_press_pending(unit) ? SOS_HELLO_PRESS_PENDING : 0U;
    hello->path = config->path;
    hello->boot = config->boot;
    hello->firmware = config->firmware;
    hello->capabilities = config->capabilities;
    hello->clock_ms = config->platform.clock_ms(config->platform.context);
    hello->unit_id.bytes = (const uint8_t *)config->unit_id;
    hello->unit_id.length = (uint16_t)strlen(config->unit_id);
    hello->resume_token.bytes = unit->token;
    hello->resume_token.length = unit->token_bytes;
    (void)sos_link_queue(unit, &message);
}

static void greet_or_wait(sos_unit *unit) {
    const sos_platform *platform = &unit->config.platform;
    const int32_t status = platform->connect(platform->context, unit->redirected ? unit->host : NULL, unit->port);
    if (status == SOS_IO_READY) {
        unit->until_ms = unit->now_ms + GREETING_MS;
        unit->shown_alert = 0U;
        unit->shown_ms = 0U;
        sos_link_enter(unit, SOS_GREETING);
        say_hello(unit);
        sos_outbox_all_due(unit);
    } else if ((status < 0) || (unit->now_ms >= unit->until_ms)) {
        sos_link_lose(unit, false);
    } else {
        /* not yet */
    }
}

void sos_link_connect(sos_unit *unit) {
    if ((unit->state == SOS_WAITING) && (unit->now_ms >= unit->until_ms)) {
        unit->until_ms = unit->now_ms + CONNECT_MS;
        unit->attempt_ms = unit->now_ms;
        unit->tried = true;
        unit->revoked = false;
        sos_link_enter(unit, SOS_CONNECTING);
    }
    if (unit->state == SOS_CONNECTING) {
        greet_or_wait(unit);
    }
}

void sos_link_refuse(sos_unit *unit, uint16_t code, uint8_t type, uint16_t offset) {
    sos_message message = {.type = SOS_UNABLE};
    message.as.unable.code = code;
    message.as.unable.type = type;
    message.as.unable.offset = offset;
    if (type != SOS_UNABLE) {
        (void)sos_link_queue(unit, &message);
    }
    if (sos_code_closes(code)) {
        sos_link_lose(unit, true);
    }
}

void sos_link_redirect(sos_unit *unit, const sos_redirect *redirect) {
    const bool follow = unit->redirects < REDIRECTS_MAX;
    sos_link_drop(unit, true);
    unit->redirected = follow;
    if (follow) {
        (void)memcpy(unit->host, redirect->host.bytes, redirect->host.length);
        unit->host[redirect->host.length] = '\0';
        unit->port = redirect->port;
        unit->redirects += 1U;
    }
    sos_link_wait(unit, (uint32_t)redirect->retry_after_s * SECOND_MS);
}

/* Takes the first frame in the buffer; false when more bytes are needed. A frame longer than the buffer is taken by
   its known fields where these fit, and the rest of it is skipped. */
static bool take_frame(sos_unit *unit) {
    const uint32_t whole = sos_frame_bytes(unit->config.receive, unit->received_bytes);
    const bool full = unit->received_bytes == unit->config.receive_bytes;
    const bool ready = (whole != 0U) && ((whole <= unit->received_bytes) || full || (whole == UINT32_MAX));
    if (ready) {
        sos_message message;
        uint16_t offset = 0U;
        uint16_t code = sos_decode(unit->config.receive, unit->received_bytes, SOS_FROM_GATEWAY, &message, &offset);
        const bool is_cut = (whole > unit->received_bytes) && (whole != UINT32_MAX);
        if (code == SOS_OK) {
            sos_unit_take(unit, &message);
        } else if (code != SOS_SKIPPED) {
            code = (is_cut && (code == SOS_NOT_ENOUGH)) ? SOS_NOT_SUPPORTED : code;
            sos_link_refuse(unit, code, message.type, offset);
        } else {
            /* a later version's */
        }
        /* Nothing is left when the connection ended meanwhile. */
        const uint32_t taken = (whole < unit->received_bytes) ? whole : unit->received_bytes;
        unit->skip_bytes = (is_cut && sos_link_is_up(unit)) ? (whole - taken) : 0U;
        unit->received_bytes -= taken;
        (void)memmove(unit->config.receive, &unit->config.receive[taken], unit->received_bytes);
    }
    return ready && sos_link_is_up(unit);
}

bool sos_link_receive(sos_unit *unit) {
    const sos_platform *platform = &unit->config.platform;
    int32_t count = SOS_IO_READY;
    for (uint32_t reads = 0U; (reads < READS_A_STEP_MAX) && (count > 0) && sos_link_is_up(unit); reads += 1U) {
        const uint32_t room = unit->config.receive_bytes - unit->received_bytes;
        count = platform->read(platform->context, &unit->config.receive[unit->received_bytes], room);
        if (count > 0) {
            const uint32_t got = ((uint32_t)count < room) ? (uint32_t)count : room;
            const uint32_t skip = (got < unit->skip_bytes) ? got : unit->skip_bytes; /* then the buffer was empty */
            unit->skip_bytes -= skip;
            unit->received_bytes += got - skip;
            if (skip != 0U) {
                (void)memmove(unit->config.receive, &unit->config.receive[skip], unit->received_bytes);
            }
            bool more = true;
            while (more) {
                more = take_frame(unit);
            }
        } else if (count < 0) {
            sos_link_lose(unit, false);
        } else {
            /* nothing now */
        }
    }
    return count > 0;
}

