import { css } from "./html.ts";

/**
 * The page's style sheet: light and dark, for phones and for A4 paper. Below 45rem a table row is shown as a card, each cell after
 * its head. Every pair of colours has a contrast of at least 4.5 (WCAG 2.2, 1.4.3); test/end-to-end/report.test.ts measures it.
 */
export const style = css`
  :root {
    color-scheme: light dark;
    --paper: #fff;
    --ink: #1c1e21;
    --soft: #5a6068;
    --rule: #d9dce1;
    --good: #1d6b3a;
    --bad: #a3230f;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #16181c;
      --ink: #e8e9eb;
      --soft: #a4abb5;
      --rule: #353a42;
      --good: #7fce9b;
      --bad: #ff9a86;
    }
  }
  * {
    box-sizing: border-box;
  }
  html {
    background: var(--paper);
    color: var(--ink);
    -webkit-text-size-adjust: 100%;
  }
  body {
    margin: 0 auto;
    padding: 3rem 2rem 4rem;
    max-width: 76rem;
    font:
      1rem/1.55 system-ui,
      -apple-system,
      "Segoe UI",
      "Helvetica Neue",
      Arial,
      sans-serif;
    font-variant-numeric: tabular-nums;
    overflow-wrap: break-word;
  }
  :lang(ja) {
    line-break: strict;
  }
  body:lang(ja) {
    font-family:
      system-ui,
      -apple-system,
      "Hiragino Sans",
      "Yu Gothic UI",
      "Noto Sans JP",
      "Noto Sans CJK JP",
      sans-serif;
    line-height: 1.75;
  }
  h1 {
    margin: 0;
    font-size: 2.25rem;
    font-weight: 300;
    line-height: 1.2;
    letter-spacing: -0.01em;
  }
  h2 {
    margin: 3.5rem 0 0.5rem;
    padding-top: 1rem;
    border-top: 1px solid var(--ink);
    font-size: 1.25rem;
    font-weight: 600;
    line-height: 1.35;
  }
  p {
    margin: 0.5rem 0;
    max-width: 46rem;
  }
  a {
    color: inherit;
    text-decoration-color: var(--soft);
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  a:hover,
  a:focus-visible {
    text-decoration-color: currentColor;
  }
  code {
    font:
      0.86em/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      "DejaVu Sans Mono",
      monospace;
    overflow-wrap: anywhere;
  }
  .lead {
    margin-top: 0.75rem;
    font-size: 1.125rem;
    color: var(--soft);
  }
  .soft {
    color: var(--soft);
  }
  .good {
    color: var(--good);
  }
  .bad {
    color: var(--bad);
    font-weight: 600;
  }
  .facts {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 0.25rem 1.5rem;
    margin: 1.5rem 0 0;
    font-size: 0.9375rem;
  }
  .facts dt {
    color: var(--soft);
  }
  .facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .glance {
    margin: 1rem 0 0;
  }
  .glance > div {
    display: grid;
    grid-template-columns: 15rem 1fr;
    gap: 0 1.5rem;
    padding: 0.6rem 0;
    border-bottom: 1px solid var(--rule);
  }
  .glance dt {
    color: var(--soft);
  }
  .glance dd {
    margin: 0;
  }
  nav ol {
    margin: 2rem 0 0;
    padding: 0;
    list-style: none;
    columns: 16rem;
    column-gap: 2rem;
    font-size: 0.9375rem;
  }
  nav li {
    padding: 0.15rem 0;
    break-inside: avoid;
  }
  table {
    width: 100%;
    margin: 0.5rem 0 1.5rem;
    border-collapse: collapse;
    font-size: 0.875rem;
    line-height: 1.45;
  }
  :lang(ja) table {
    line-height: 1.6;
  }
  caption {
    padding: 0 0 0.75rem;
    max-width: 46rem;
    text-align: left;
    font-size: 1rem;
    color: var(--soft);
  }
  time {
    white-space: nowrap;
  }
  caption strong {
    color: var(--ink);
  }
  th,
  td {
    padding: 0.5rem 1rem 0.5rem 0;
    border-bottom: 1px solid var(--rule);
    text-align: left;
    vertical-align: top;
  }
  th:last-child,
  td:last-child {
    padding-right: 0;
  }
  thead th {
    border-bottom: 1px solid var(--ink);
    color: var(--soft);
    font-weight: 500;
    white-space: nowrap;
  }
  tbody th {
    min-width: 6.5rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  th .soft {
    font-weight: 400;
  }
  td ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .actions {
    max-width: 30rem;
  }
  footer {
    margin-top: 4rem;
    padding-top: 1rem;
    border-top: 1px solid var(--rule);
    font-size: 0.875rem;
    color: var(--soft);
  }
  @media screen and (max-width: 45rem) {
    body {
      padding: 1.5rem 1rem 3rem;
    }
    h1 {
      font-size: 1.75rem;
    }
    h2 {
      margin-top: 2.5rem;
    }
    .facts,
    .glance > div {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    .facts dd {
      margin-bottom: 0.5rem;
    }
    table,
    caption,
    tbody,
    tr,
    th,
    td {
      display: block;
    }
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tr {
      padding: 0.75rem 0;
      border-bottom: 1px solid var(--rule);
    }
    tbody tr:first-child {
      border-top: 1px solid var(--rule);
    }
    tbody th {
      padding: 0 0 0.25rem;
      border: 0;
      font-size: 1rem;
    }
    td {
      display: grid;
      grid-template-columns: 6.5rem minmax(0, 1fr);
      gap: 0.75rem;
      padding: 0.15rem 0;
      border: 0;
    }
    td::before {
      content: attr(data-head);
      color: var(--soft);
    }
  }
  @page {
    size: A4;
    margin: 16mm 14mm 18mm;
    @bottom-right {
      content: counter(page) " / " counter(pages);
      font: 8pt sans-serif;
    }
  }
  @media print {
    :root {
      color-scheme: light;
      --paper: #fff;
      --ink: #000;
      --soft: #4a4a4a;
      --rule: #bbb;
      --good: #14532a;
      --bad: #8a1c0b;
    }
    body {
      max-width: none;
      padding: 0;
      font-size: 9.5pt;
    }
    h1 {
      font-size: 22pt;
    }
    h2 {
      margin-top: 20pt;
      font-size: 12.5pt;
      break-after: avoid;
    }
    caption {
      break-after: avoid;
    }
    a {
      text-decoration: none;
    }
    table,
    caption {
      font-size: 8pt;
    }
    nav {
      display: none;
    }
    th,
    td {
      padding: 3pt 6pt 3pt 0;
    }
    thead {
      display: table-header-group;
    }
    tbody th {
      min-width: 4.5rem;
    }
    tr,
    .glance > div {
      break-inside: avoid;
    }
    .glance > div {
      padding: 3pt 0;
    }
  }
`;
