// Shows openapi.json to people: every operation by its tag, with parameters, body and answers; then every schema.

import { element } from "./dom.js";

/** @typedef {{[key: string]: any}} Fields */

/**
 * What a reference names, or the thing itself.
 *
 * @param {Fields} document
 * @param {Fields} thing
 * @returns {Fields}
 */
function resolve(document, thing) {
    if (!thing.$ref) return thing;
    return thing.$ref.slice(2).split("/").reduce((/** @type {Fields} */ at, /** @type {string} */ key) => at[key], document);
}

/**
 * A schema in a few words; a named one links to its own section.
 *
 * @param {Fields} schema
 * @returns {(Node | string)[]}
 */
function words(schema) {
    if (schema.$ref) {
        const name = schema.$ref.split("/").at(-1);
        return [element("a", { href: `#${name}` }, name)];
    }
    if (schema.oneOf) return schema.oneOf.flatMap((/** @type {Fields} */ one, /** @type {number} */ place) =>
        place === 0 ? words(one) : [" or ", ...words(one)]);
    if (schema.const !== undefined) return [element("code", {}, JSON.stringify(schema.const))];
    if (schema.enum) return [schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(" ")];
    if (schema.type === "array") return ["list of ", ...words(schema.items)];
    const type = [schema.type].flat().join(" or ");
    const bounds = [schema.minimum, schema.maximum].some((bound) => bound !== undefined)
        ? `, ${schema.minimum ?? "…"} to ${schema.maximum ?? "…"}` : "";
    return [type + bounds];
}

/**
 * An object's keys, one row each.
 *
 * @param {Fields} schema
 * @returns {HTMLElement}
 */
function keys(schema) {
    if (schema.oneOf) return element("div", {}, ...schema.oneOf.map((/** @type {Fields} */ one) => keys(one)));
    if (!schema.properties) return element("p", {}, ...words(schema), schema.description ? `. ${schema.description}` : "");
    const rows = Object.entries(schema.properties).map(([key, value]) =>
        element("tr", {},
            element("td", {}, element("code", {}, key), schema.required?.includes(key) ? "" : " (may be left out)"),
            element("td", {}, ...words(value)), element("td", {}, value.description ?? "")));
    return element("table", {}, element("tbody", {}, ...rows));
}

/**
 * One method of one path, closed until it is asked for.
 *
 * @param {Fields} document
 * @param {string} path
 * @param {string} method
 * @param {Fields} operation
 * @returns {HTMLElement}
 */
function operationView(document, path, method, operation) {
    const parts = [];
    for (const parameter of operation.parameters ?? []) {
        parts.push(element("p", {}, element("code", {}, parameter.name), ` in ${parameter.in}: `, ...words(parameter.schema),
            parameter.description ? `. ${parameter.description}` : ""));
    }
    const body = operation.requestBody?.content["application/json"].schema;
    if (body) parts.push(element("h4", {}, "Body"), body.$ref ? element("p", {}, ...words(body)) : keys(body));
    const answers = Object.entries(operation.responses).map(([status, named]) => {
        const answer = resolve(document, named);
        const schema = Object.values(answer.content ?? {})[0]?.schema;
        return element("tr", {}, element("td", {}, element("code", {}, status)),
            element("td", {}, ...(schema ? words(schema) : [])), element("td", {}, answer.description));
    });
    parts.push(element("h4", {}, "Answers"), element("table", {}, element("tbody", {}, ...answers)));
    const summary = element("summary", {}, element("span", { class: "method" }, method.toUpperCase()),
        element("code", {}, path), ` ${operation.summary}`);
    return element("details", { id: operation.operationId, class: "operation" }, summary, ...parts);
}

/**
 * The whole page.
 *
 * @param {Fields} document
 * @returns {HTMLElement[]}
 */
function pageOf(document) {
    const made = [element("h1", {}, `${document.info.title} ${document.info.version}`),
        element("p", {}, document.info.description),
        element("p", {}, element("a", { href: "openapi.json" }, "openapi.json"))];
    for (const { name } of document.tags) {
        made.push(element("h2", {}, name));
        for (const [path, operations] of Object.entries(document.paths)) {
            for (const [method, operation] of Object.entries(operations)) {
                if (operation.tags.includes(name)) made.push(operationView(document, path, method, operation));
            }
        }
    }
    made.push(element("h2", {}, "Schemas"));
    for (const [name, schema] of Object.entries(document.components.schemas)) {
        made.push(element("section", { id: name, class: "schema" }, element("h3", {}, name),
            schema.properties && schema.description ? element("p", {}, schema.description) : null, keys(schema)));
    }
    return made;
}

const answer = await fetch("openapi.json");
const place = /** @type {HTMLElement} */ (document.getElementById("document"));
place.replaceChildren(...(answer.ok ? pageOf(await answer.json())
    : [element("p", { role: "alert" }, `openapi.json: ${answer.status} ${answer.statusText}`)]));
