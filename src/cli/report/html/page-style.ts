/** How the page looks. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #ffffff; --faint: #667085; --line: #e3e7ee; --card: #f6f8fb;
  --pass: #14804a; --fail: #c8281e; --open: #b26a00; --primary: #3b6fd4; --backup: #d4663b; --switch: #8a5cc7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf3; --paper: #12161d; --faint: #98a2b3; --line: #2a3240;
  --card: #1a202b; --pass: #4cc38a; --fail: #ff6b5f; --open: #f0b040; --primary: #7ea6f5; --backup: #f0936c; --switch: #b794f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 32px 24px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 21px; margin: 44px 0 12px; } h3 { font-size: 16px; margin: 28px 0 8px; }
.about { color: var(--faint); margin: 0; }
.verdict { display: inline-block; padding: 1px 12px; border-radius: 99px; color: var(--paper); font-size: 15px; vertical-align: 3px; }
.verdict.pass { background: var(--pass); } .verdict.fail { background: var(--fail); } .verdict.inconclusive { background: var(--open); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th { text-align: left; color: var(--faint); font-weight: 500; font-size: 13px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td.pass { color: var(--pass); } td.fail { color: var(--fail); } td.inconclusive { color: var(--open); }
svg { width: 100%; height: auto; font: 14px system-ui, sans-serif; } svg text { fill: var(--ink); } svg text.note { fill: var(--faint); font-size: 12px; }
.card { background: var(--card); border-radius: 10px; padding: 14px 18px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; } @media (max-width: 700px) { .pair { grid-template-columns: 1fr; } }
figure { margin: 0; background: var(--card); border-radius: 10px; padding: 14px 18px; } figcaption { font-size: 14px; margin-bottom: 6px; }
.axis { stroke: var(--line); } .limit { stroke: var(--ink); stroke-dasharray: 4 3; }
.bar { opacity: .35; } .bar.pass, .dot.pass { fill: var(--pass); } .bar.fail, .dot.fail { fill: var(--fail); } .bar.open, .dot.open { fill: var(--open); }
.line { fill: none; stroke-width: 2; } .line.primary { stroke: var(--primary); } .line.backup { stroke: var(--backup); }
.fill.primary { fill: var(--primary); } .fill.backup { fill: var(--backup); } .fill.switch { fill: var(--switch); }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 6px 0 14px; } .key:first-child { margin-left: 0; }
.key.primary { background: var(--primary); } .key.backup { background: var(--backup); } .key.switch { background: var(--switch); }
details { border-bottom: 1px solid var(--line); padding: 6px 0; } summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border-radius: 8px; padding: 10px 14px; font-size: 13px; }
`;
