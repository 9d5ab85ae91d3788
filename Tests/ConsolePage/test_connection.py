"""The page shows the truth again after whatever happens to the connection, without a reload."""

from playwright.sync_api import expect

from fake_gateway import unit_json


def test_cut_is_unmistakable_and_the_truth_returns(console, gateway):
    gone = gateway.raise_alert()
    kept = gateway.raise_alert()
    console.expect_count(2)
    gateway.cut()
    console.expect_link("lost")
    expect(console.lost).to_be_visible()
    expect(console.lost).to_contain_text("No connection to the gateway since")
    expect(console.page.locator("main")).to_have_css("filter", "grayscale(1) contrast(0.72)")
    gateway.change(gone, announce=False, stage="closed", outcome="real")
    gateway.change(kept, announce=False, owner="serik", stage="answered")
    fresh = gateway.raise_alert(announce=False)
    gateway.restore()
    console.expect_link("live")
    expect(console.lost).to_be_hidden()
    console.expect_count(2)
    console.expect_side(kept, "others")
    console.expect_side(fresh, "unclaimed")
    assert gateway.event_headers[0] is None
    assert gateway.event_headers[-1] is not None


def test_gateway_that_answers_503_while_it_stops_is_waited_for(console, gateway):
    gateway.mode = "unavailable"
    gateway.drop_streams()
    console.expect_link("lost")
    alert = gateway.raise_alert(announce=False)
    gateway.restore()
    console.expect_link("live")
    expect(console.row(alert)).to_be_visible()


def test_page_opened_before_the_gateway_is_ready_gets_there(gateway, new_console):
    gateway.mode = "unavailable"
    console = new_console().open(gateway.url)
    console.expect_link("lost")
    gateway.restore()
    console.sign_in("aigerim", "right")
    console.expect_link("live")


def test_silence_counts_as_loss(gateway, new_console):
    console = new_console()
    console.page.clock.install()
    console.open(gateway.url)
    console.sign_in("aigerim", "right")
    console.expect_link("live")
    gateway.mode = "unavailable"
    console.page.clock.fast_forward(20_000)
    console.expect_link("live")
    console.page.clock.fast_forward(6_000)
    console.expect_link("lost")
    gateway.restore()
    console.page.clock.fast_forward(3_000)
    console.expect_link("live")


def test_action_without_connection_says_that_it_is_not_confirmed(console, gateway):
    alert = gateway.raise_alert()
    console.expect_count(1)
    gateway.cut()
    console.expect_link("lost")
    console.press("a")
    console.expect_notice("Not confirmed: the gateway did not answer.")
    gateway.restore()
    console.expect_link("live")
    console.expect_side(alert, "unclaimed")


def test_resync_reloads_the_lists(console, gateway):
    alert = gateway.raise_alert()
    console.expect_count(1)
    gateway.change(alert, announce=False, stage="closed", outcome="test")
    fresh = gateway.raise_alert(announce=False)
    gateway.resync()
    expect(console.row(fresh)).to_be_visible()
    expect(console.row(alert)).to_have_count(0)


def test_older_sequence_never_overwrites_a_newer(console, gateway):
    alert = gateway.raise_alert()
    before = dict(gateway.alerts[alert])
    gateway.change(alert, owner="serik", stage="answered")
    console.expect_side(alert, "others")
    gateway.push("alert", before)
    marker = gateway.raise_alert()
    expect(console.row(marker)).to_be_visible()
    console.expect_side(alert, "others")


def test_closed_alert_is_not_brought_back_by_an_older_version(console, gateway):
    alert = gateway.raise_alert()
    before = dict(gateway.alerts[alert])
    console.expect_count(1)
    gateway.change(alert, stage="closed", outcome="real")
    console.expect_count(0)
    gateway.push("alert", before)
    marker = gateway.raise_alert()
    expect(console.row(marker)).to_be_visible()
    console.expect_count(1)


def test_another_journal_behind_the_address_replaces_everything(console, gateway):
    old = gateway.raise_alert()
    console.expect_count(1)
    gateway.new_journal()
    new = gateway.raise_alert(announce=False)
    console.expect_link("live")
    expect(console.row(new)).to_be_visible()
    expect(console.row(old)).to_have_count(0)


def test_unit_counts_follow_events(console, gateway):
    gateway.add_unit("astana", "KZ-1", "A")
    gateway.add_unit("astana", "KZ-2", "B", online=False)
    gateway.resync()
    units = console.page.locator("#units")
    expect(units).to_have_text("Units online: 1 of 2")
    gateway.push("unit", unit_json("astana", "KZ-2", "B"), gateway.sequence + 1)
    expect(units).to_have_text("Units online: 2 of 2")
    # An older list or event must not bring the old state back.
    gateway.resync()
    gateway.push("unit", unit_json("astana", "KZ-2", "B", online=False), gateway.sequence)
    gateway.push("unit", unit_json("astana", "KZ-1", "A", removed=True, online=False), gateway.sequence + 2)
    expect(units).to_have_text("Units online: 1 of 1")


def test_store_alone(gateway, new_console):
    """The merging rule without a page around it."""
    console = new_console().open(gateway.url)
    result = console.page.evaluate("""async () => {
        const { Store } = await import("/store.js");
        const alert = (id, sequence, more) => ({ id, sequence, centre: "a", priority: 0, stage: "stored", owner: null,
            raisedMs: 0, ...more });
        const store = new Store();
        store.applyList("a", "20", [alert("5", "9007199254740993"), alert("6", "6"), alert("7", "7")]);
        store.apply(alert("8", "30"));
        const results = [
            store.apply(alert("5", "9007199254740992", { stage: "closed" })),
            store.apply(alert("6", "21", { owner: "x" })),
            store.apply(alert("9", "22", { stage: "closed" })),
            store.apply(alert("9", "21")),
        ];
        store.applyList("a", "25", []);
        results.push(store.apply(alert("7", "7")));
        return [results, store.queue().map((one) => one.id)];
    }""")
    assert result == [["ignored", "changed", "ignored", "ignored", "ignored"], ["5", "8"]]


def test_event_stream_in_any_pieces(gateway, new_console):
    console = new_console().open(gateway.url)
    result = console.page.evaluate("""async () => {
        const { EventStreamDecoder } = await import("/event-stream.js");
        const stream = ": hello\\r\\nevent: alert\\r\\nid: 7\\r\\ndata: {\\ndata: }\\r\\n\\r\\ndata:x\\n\\nid: 9\\n\\n";
        const all = [];
        for (let size = 1; size <= stream.length; size += 1) {
            const decoder = new EventStreamDecoder();
            const events = [];
            for (let at = 0; at < stream.length; at += size) events.push(...decoder.push(stream.slice(at, at + size)));
            all.push(JSON.stringify(events));
        }
        return [...new Set(all)];
    }""")
    assert result == ['[{"type":"alert","data":"{\\n}","id":"7"},{"type":"message","data":"x","id":null}]']
