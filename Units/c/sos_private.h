/* What the files of the library share: the stored messages, the connection, the messages. Not for callers. */
#ifndef SOS_PRIVATE_H
#define SOS_PRIVATE_H

#include "sos_unit.h"

/* Takes the slots over and loads what survived; false when one has the present boot. */
bool sos_outbox_load(sos_unit *unit);

/* Saves a message that names this boot and the next counter. */
sos_result sos_outbox_add(sos_unit *unit, const sos_message *message);

/* Forgets what was answered: a press, or with is_press false a cancel or fault. */
void sos_outbox_answered(sos_unit *unit, bool is_press, uint32_t boot, uint32_t counter);

/* Forgets the message of this type that is under way: the gateway will never take it. */
void sos_outbox_refused(sos_unit *unit, uint8_t type);

/* Everything is due at once: a new connection. */
void sos_outbox_all_due(sos_unit *unit);

/* The next message to send and when; NULL when there is none. Presses first, then the oldest cancel and fault. */
sos_slot *sos_outbox_next(const sos_unit *unit);

/* A press that stayed unanswered too often on this connection. */
bool sos_outbox_is_stale(const sos_slot *slot);

/* It was sent: when it is due again. */
void sos_outbox_sent(sos_unit *unit, sos_slot *slot);

/* A random number from least to most. */
uint32_t sos_random(const sos_unit *unit, uint32_t least, uint32_t most);

#define SECOND_MS 1000U
#define ATTEMPTS_MAX 6U /* as many failures in a row: the longest wait, 30 s */

/* Reads the clock for this call; time never goes back. */
void sos_link_tick(sos_unit *unit);
void sos_link_enter(sos_unit *unit, sos_state state);

/* Greeting or online. */
bool sos_link_is_up(const sos_unit *unit);

/* Begins when the wait is over, and goes on connecting; then says hello and makes every stored message due. */
void sos_link_connect(sos_unit *unit);

/* Reads what is there; true when there may be more, perhaps inside the TLS library where no socket shows it. */
bool sos_link_receive(sos_unit *unit);

/* Puts a frame behind what waits; false when there is no room. */
bool sos_link_queue(sos_unit *unit, const sos_message *message);

/* Writes what waits, a whole frame a call, so that a press is a TLS record of its own. */
void sos_link_flush(sos_unit *unit);

/* Says why a frame was not taken, and closes where the code says so. */
void sos_link_refuse(sos_unit *unit, uint16_t code, uint8_t type, uint16_t offset);

/* Closes; lose also waits by the backoff. */
void sos_link_drop(sos_unit *unit, bool in_order);
void sos_link_lose(sos_unit *unit, bool in_order);
void sos_link_redirect(sos_unit *unit, const sos_redirect *redirect);

/* Waits by the backoff, or after a redirect for least_ms. */
void sos_link_wait(sos_unit *unit, uint32_t least_ms);

/* A press is pending: at once, but never more often than every 1 to 2 s. */
void sos_link_hurry(sos_unit *unit);

/* Does what a message of the gateway asks for. */
void sos_unit_take(sos_unit *unit, const sos_message *message);

#endif
