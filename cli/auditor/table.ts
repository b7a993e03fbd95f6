import { type Content, html, type Markup } from "./html.ts";

/** A column. Its head is shown before the cell where a row is shown as a card. */
export interface Column<Row> {
  head: string;
  cell: (row: Row) => Content;
  /** A class of the cells. */
  look?: string;
}

/**
 * A table whose first column names its rows. The `role` attributes repeat the elements' own roles, which a browser may drop where
 * the style sheet shows rows as cards (ARIA in HTML; CSS Display, "Effects of display on semantics").
 */
export function table<Row>(caption: Content, [first, ...others]: [Column<Row>, ...Column<Row>[]], rows: Row[]): Markup {
  const heads = [first, ...others].map(({ head }) => html`<th role="columnheader" scope="col">${head}</th>`);
  const cells = (row: Row): Content[] =>
    others.map(
      ({ head, cell, look }) =>
        html`<td role="cell" data-head="${head}"><div${look === undefined ? "" : html` class="${look}"`}>${cell(row)}</div></td>`,
    );
  return html`<table role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            <th role="rowheader" scope="row">${first.cell(row)}</th>
            ${cells(row)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}
