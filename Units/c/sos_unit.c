/*
 * What the unit does with each message, what is due when, and the functions for the caller. Every deadline is
 * computed from one reading of the clock a call.
 */
#include "sos_private.h"

#include <stddef.h>
#include <string.h>

#define FAULT_HOLD_MS 10000U
#define FAULTS_A_MINUTE_MAX 10U
#define COMMAND_KEPT_MS 3600000U
#define REPLACED 6U
#define STEP_MS_MAX 60000U
#define BLOCKED_MS 20U

static void set_clock(const sos_unit *unit, uint64_t clock_ms) {
    if (unit->config.platform.set_clock != NULL) {
        unit->config.platform.set_clock(unit->config.platform.context, clock_ms);
    }
}

static bool tell(const sos_unit *unit, const sos_message *message) {
    return (unit->config.platform.received != NULL) &&
           unit->config.platform.received(unit->config.platform.context, message);
}

static void take_welcome(sos_unit *unit, const sos_message *message) {
    const sos_welcome *welcome = &message->as.welcome;
    const uint16_t third_s = (uint16_t)(welcome->reporting_s / 3U);
    const uint16_t heartbeat_s = (welcome->heartbeat_s != 0U) ? welcome->heartbeat_s : third_s;
    unit->heartbeat_ms = ((heartbeat_s != 0U) ? (uint32_t)heartbeat_s : 1U) * SECOND_MS;
    unit->reporting_ms = (welcome->reporting_s != 0U) ? ((uint32_t)welcome->reporting_s * SECOND_MS) : unit->reporting_ms;
    unit->heartbeat_due_ms = unit->now_ms + unit->heartbeat_ms;
    unit->granted = welcome->granted;
    const bool carried_on = (unit->token_bytes == welcome->resume_token.length) &&
                            (memcmp(unit->token, welcome->resume_token.bytes, unit->token_bytes) == 0);
    if ((unit->token_bytes != 0U) && !carried_on) {
        /* Another session, perhaps of another gateway: it may know nothing of what stands. */
        sos_unit_report_faults(unit);
    }
    unit->token_bytes = (uint8_t)welcome->resume_token.length;
    (void)memcpy(unit->token, welcome->resume_token.bytes, unit->token_bytes);
    set_clock(unit, welcome->clock_ms);
    if (unit->state == SOS_GREETING) {
        unit->online_ms = unit->now_ms;
        sos_link_enter(unit, SOS_ONLINE);
    }
    (void)tell(unit, message);
}

static void take_stage(sos_unit *unit, const sos_stage *stage) {
    const sos_platform *platform = &unit->config.platform;
    const bool later = (stage->alert == unit->shown_alert) && (stage->time_ms >= unit->shown_ms);
    sos_outbox_answered(unit, true, stage->boot, stage->counter);
    if ((stage->alert > unit->shown_alert) || later) {
        unit->shown_alert = stage->alert;
        unit->shown_ms = stage->time_ms;
        if (platform->show_stage(platform->context, stage) &&
            ((unit->config.capabilities & SOS_CAN_SHOW_STAGES) != 0U)) {
            sos_message message = {.type = SOS_STAGE_CONFIRM};
            message.as.stage_confirm.alert = stage->alert;
            message.as.stage_confirm.stage = stage->stage;
            (void)sos_link_queue(unit, &message);
        }
    }
}

/* The capability that a command needs. */
static uint32_t capability_of(const sos_command *command) {
    const bool is_text = (command->kind == SOS_DO_ANNOUNCE) && (command->value == 0U);
    const uint32_t bit = (uint32_t)command->kind + ((is_text || (command->kind > SOS_DO_ANNOUNCE)) ? 2U : 1U);
    return ((command->kind >= SOS_DO_SIREN) && (command->kind <= SOS_DO_MOVE)) ? ((uint32_t)1U << bit) : 0U;
}

static void remember(sos_unit *unit, const sos_command_result *result) {
    uint32_t place = unit->done_next;
    for (uint32_t at = 0U; at < SOS_COMMANDS_KEPT; at += 1U) {
        place = ((unit->done[at].status != 0U) && (unit->done[at].id == result->id)) ? at : place;
    }
    if (place == unit->done_next) {
        unit->done_next = (uint8_t)((place + 1U) % SOS_COMMANDS_KEPT);
    }
    unit->done[place] = *result;
    unit->done[place].detail.length = 0U;
    unit->done_ms[place] = unit->now_ms;
}

/* Done in the last hour: the same result. Not granted: refused. Not done by this unit: said so. */
static void take_command(sos_unit *unit, const sos_message *message) {
    const sos_command *command = &message->as.command;
    const uint32_t capability = capability_of(command);
    sos_message reply = {.type = SOS_COMMAND_RESULT};
    sos_command_result *result = &reply.as.command_result;
    for (uint32_t place = 0U; place < SOS_COMMANDS_KEPT; place += 1U) {
        const bool fresh = (unit->now_ms - unit->done_ms[place]) < COMMAND_KEPT_MS;
        if ((unit->done[place].status != 0U) && (unit->done[place].id == command->id) && fresh) {
            *result = unit->done[place];
        }
    }
    if (result->status == 0U) {
        result->id = command->id;
        if (capability == 0U) {
            result->status = SOS_RESULT_NOT_SUPPORTED;
        } else if ((unit->granted & capability) == 0U) {
            result->status = SOS_RESULT_REFUSED;
        } else {
            sos_command_result begun = {.id = command->id, .status = SOS_RESULT_STARTED};
            remember(unit, &begun);
            if (!tell(unit, message)) {
                result->status = SOS_RESULT_NOT_SUPPORTED;
                remember(unit, result);
            }
        }
    }
    if (result->status != 0U) {
        (void)sos_link_queue(unit, &reply);
    }
}

static void take_unable(sos_unit *unit, const sos_message *message) {
    const sos_unable *unable = &message->as.unable;
    (void)tell(unit, message);
    unit->revoked = unable->code == SOS_REVOKED;
    if (sos_code_closes(unable->code)) {
        sos_link_lose(unit, false);
    } else if ((unable->code == SOS_CANNOT_PROCESS) || (unable->code == SOS_NOT_SUPPORTED)) {
        sos_outbox_refused(unit, unable->type);
    } else {
        /* cannotStore and others: kept and sent again */
    }
}

void sos_unit_take(sos_unit *unit, const sos_message *message) {
    switch (message->type) {
    case SOS_WELCOME: take_welcome(unit, message); break;
    case SOS_TIME: set_clock(unit, message->as.time.clock_ms); break;
    case SOS_STAGE: take_stage(unit, &message->as.stage); break;
    case SOS_ACKNOWLEDGEMENT:
        sos_outbox_answered(unit, false, message->as.acknowledgement.boot, message->as.acknowledgement.counter);
        break;
    case SOS_UNABLE: take_unable(unit, message); break;
    case SOS_GOODBYE:
        /* Replaced by two newer connections of this unit: no hurry to come back. */
        unit->attempts = (message->as.goodbye.reason == REPLACED) ? ATTEMPTS_MAX : unit->attempts;
        sos_link_lose(unit, true);
        break;
    case SOS_REDIRECT: sos_link_redirect(unit, &message->as.redirect); break;
    case SOS_COMMAND: take_command(unit, message); break;
    case SOS_SESSION_END: (void)tell(unit, message); break;
    default: /* offer, answer, candidate, text */
        if (!tell(unit, message)) {
            sos_link_refuse(unit, SOS_NOT_SUPPORTED, message->type, 0U);
        }
        break;
    }
}

static void send_heartbeat(sos_unit *unit) {
    const sos_platform *platform = &unit->config.platform;
    sos_message message = {.type = SOS_HEARTBEAT};
    message.as.heartbeat.power = 1U;
    message.as.heartbeat.battery_percent = 255U;
    message.as.heartbeat.signal_dbm = -128;
    message.as.heartbeat.temperature_c = -128;
    if (platform->measure != NULL) {
        platform->measure(platform->context, &message.as.heartbeat);
    }
    (void)sos_link_queue(unit, &message);
}

/* Sends what is due, closes what does not answer. */
static void send_due(sos_unit *unit) {
    sos_message message;
    uint16_t offset = 0U;
    bool more = true;
    while (more && sos_link_is_up(unit)) {
        sos_slot *slot = sos_outbox_next(unit);
        more = (slot != NULL) && (slot->due_ms <= unit->now_ms);
        if (more && sos_outbox_is_stale(slot)) {
            sos_link_lose(unit, true);
        } else if (more) {
            (void)sos_decode(slot->record, slot->frame_bytes, SOS_FROM_UNIT, &message, &offset);
            more = sos_link_queue(unit, &message);
            if (more) {
                sos_outbox_sent(unit, slot);
            }
            sos_link_flush(unit);
        } else {
            /* nothing is due */
        }
    }
    if ((unit->state == SOS_ONLINE) && (unit->now_ms >= unit->heartbeat_due_ms)) {
        send_heartbeat(unit);
    }
    sos_link_flush(unit);
    const bool is_stuck = (unit->unsent_bytes != 0U) && ((unit->now_ms - unit->progress_ms) >= unit->reporting_ms);
    const bool is_late = (unit->state == SOS_GREETING) && (unit->now_ms >= unit->until_ms);
    if (sos_link_is_up(unit) && (is_stuck || is_late)) {
        sos_link_lose(unit, false);
    }
}

static uint64_t clock_at(const sos_unit *unit, uint64_t monotonic_ms) {
    const uint64_t clock_ms = unit->config.platform.clock_ms(unit->config.platform.context);
    const uint64_t age_ms = unit->now_ms - monotonic_ms;
    return (clock_ms > age_ms) ? (clock_ms - age_ms) : 0U;
}

/* Gives the message its name and keeps it; the counter stays when it was not taken. */
static sos_result store(sos_unit *unit, sos_message *message, uint32_t *named, uint32_t *counter) {
    *named = unit->counter + 1U;
    const sos_result result = sos_outbox_add(unit, message);
    if ((result == SOS_DONE) || (result == SOS_NOT_SAVED)) {
        unit->counter += 1U;
        if (counter != NULL) {
            *counter = unit->counter;
        }
    }
    return result;
}

/* Reports what stood, or was over, for ten seconds; ms until the next may be due. */
static uint32_t report_faults(sos_unit *unit) {
    uint32_t wait_ms = STEP_MS_MAX;
    if ((unit->fault_count != 0U) && ((unit->now_ms - unit->minute_ms) >= 60000U)) {
        unit->fault_count = 0U;
    }
    for (uint8_t fault = 1U; fault <= SOS_FAULT_LAST; fault += 1U) {
        const uint32_t bit = (uint32_t)1U << fault;
        const uint64_t since_ms = unit->fault_ms[fault - 1U];
        if (((unit->faults_wanted ^ unit->faults_told) & bit) != 0U) {
            const bool begins = (unit->faults_wanted & bit) != 0U;
            sos_message message = {.type = begins ? SOS_FAULT_BEGIN : SOS_FAULT_END};
            message.as.fault.boot = unit->config.boot;
            message.as.fault.time_ms = clock_at(unit, since_ms);
            message.as.fault.detail = unit->fault_detail[fault - 1U];
            message.as.fault.fault = fault;
            if ((unit->now_ms - since_ms) < FAULT_HOLD_MS) {
                const uint32_t rest_ms = FAULT_HOLD_MS - (uint32_t)(unit->now_ms - since_ms);
                wait_ms = (rest_ms < wait_ms) ? rest_ms : wait_ms;
            } else if ((unit->fault_count < FAULTS_A_MINUTE_MAX) &&
                       (store(unit, &message, &message.as.fault.counter, NULL) != SOS_FULL)) {
                unit->faults_told ^= bit;
                unit->minute_ms = (unit->fault_count == 0U) ? unit->now_ms : unit->minute_ms;
                unit->fault_count += 1U;
            } else {
                wait_ms = SECOND_MS;
            }
        }
    }
    return wait_ms;
}

static uint32_t until(const sos_unit *unit, uint64_t at_ms, uint32_t most_ms) {
    const uint64_t wait_ms = (at_ms > unit->now_ms) ? (at_ms - unit->now_ms) : 0U;
    return (wait_ms < most_ms) ? (uint32_t)wait_ms : most_ms;
}

uint32_t sos_unit_step(sos_unit *unit) {
    sos_link_tick(unit);
    uint32_t wait_ms = report_faults(unit);
    sos_link_connect(unit);
    bool more = false;
    if (sos_link_is_up(unit)) {
        more = sos_link_receive(unit);
        send_due(unit);
    }
    if ((unit->state != SOS_ONLINE) && (unit->state != SOS_STOPPED)) {
        wait_ms = until(unit, unit->until_ms, wait_ms);
    }
    if (sos_link_is_up(unit)) {
        const sos_slot *slot = sos_outbox_next(unit);
        wait_ms = (unit->state == SOS_ONLINE) ? until(unit, unit->heartbeat_due_ms, wait_ms) : wait_ms;
        wait_ms = (slot != NULL) ? until(unit, slot->due_ms, wait_ms) : wait_ms;
        if (more) {
            wait_ms = 0U;
        } else if ((unit->unsent_bytes != 0U) && (wait_ms < BLOCKED_MS)) {
            wait_ms = BLOCKED_MS; /* what is due finds no room */
        } else {
            /* as computed */
        }
    }
    return wait_ms;
}

sos_result sos_unit_init(sos_unit *unit, const sos_config *config) {
    sos_result result = SOS_REFUSED;
    (void)memset(unit, 0, sizeof *unit);
    unit->config = *config;
    unit->reporting_ms = 20U * SECOND_MS;
    unit->heartbeat_ms = SECOND_MS;
    const bool roomy = (config->receive_bytes >= SOS_RECEIVE_BYTES_MIN) && (config->send_bytes >= SOS_SEND_BYTES_MIN);
    const size_t id_bytes = strlen(config->unit_id);
    if (roomy && (id_bytes >= 1U) && (id_bytes <= SOS_UNIT_ID_BYTES_MAX) && (config->slot_count >= 2U)) {
        sos_link_tick(unit);
        if (sos_outbox_load(unit)) {
            sos_unit_start(unit);
            result = SOS_DONE;
        }
    }
    return result;
}

sos_result sos_unit_press(sos_unit *unit, uint8_t category, uint8_t flags, const sos_fix *fix, uint32_t *counter) {
    sos_message message = {.type = SOS_PRESS};
    sos_press *press = &message.as.press;
    sos_link_tick(unit);
    press->boot = unit->config.boot;
    press->time_ms = clock_at(unit, unit->now_ms);
    press->category = category;
    press->flags = (uint8_t)(flags & 0xFEU);
    if (fix != NULL) {
        press->flags |= SOS_PRESS_HAS_POSITION;
        press->age_s = fix->age_s;
        press->latitude_e7 = fix->latitude_e7;
        press->longitude_e7 = fix->longitude_e7;
        press->accuracy_cm = fix->accuracy_cm;
    }
    const sos_result result = store(unit, &message, &press->counter, counter);
    if ((result != SOS_FULL) && (unit->state == SOS_WAITING)) {
        sos_link_hurry(unit);
    }
    return result;
}

sos_result sos_unit_cancel(sos_unit *unit, uint32_t press_counter, uint32_t *counter) {
    sos_message message = {.type = SOS_CANCEL};
    sos_cancel *cancel = &message.as.cancel;
    sos_result result = SOS_REFUSED;
    sos_link_tick(unit);
    if ((press_counter >= 1U) && (press_counter <= unit->counter)) {
        cancel->boot = unit->config.boot;
        cancel->press_counter = press_counter;
        cancel->time_ms = clock_at(unit, unit->now_ms);
        result = store(unit, &message, &cancel->counter, counter);
    }
    return result;
}

sos_result sos_unit_set_fault(sos_unit *unit, uint8_t fault, bool stands, int32_t detail) {
    sos_result result = SOS_REFUSED;
    if ((fault >= 1U) && (fault <= SOS_FAULT_LAST)) {
        const uint32_t bit = (uint32_t)1U << fault;
        result = SOS_DONE;
        sos_link_tick(unit);
        unit->fault_detail[fault - 1U] = detail;
        if (((unit->faults_wanted & bit) != 0U) != stands) {
            unit->faults_wanted ^= bit;
            unit->fault_ms[fault - 1U] = unit->now_ms;
        }
    }
    return result;
}

void sos_unit_report_faults(sos_unit *unit) { unit->faults_told &= ~unit->faults_wanted; }

sos_result sos_unit_send(sos_unit *unit, const sos_message *message) {
    sos_result result = SOS_REFUSED;
    if (message->type == SOS_COMMAND_RESULT) {
        remember(unit, &message->as.command_result);
    }
    if (unit->state == SOS_ONLINE) {
        result = sos_link_queue(unit, message) ? SOS_DONE : SOS_FULL;
    }
    return result;
}

void sos_unit_stop(sos_unit *unit, uint8_t reason) {
    if (sos_link_is_up(unit)) {
        sos_message message = {.type = SOS_GOODBYE};
        message.as.goodbye.reason = reason;
        (void)sos_link_queue(unit, &message);
    }
    sos_link_drop(unit, sos_link_is_up(unit));
    sos_link_enter(unit, SOS_STOPPED);
}

void sos_unit_start(sos_unit *unit) {
    sos_link_tick(unit);
    unit->attempts = 0U;
    unit->until_ms = UINT64_MAX;
    unit->redirected = false;
    sos_link_wait(unit, 0U);
}
