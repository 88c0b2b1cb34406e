// Takes the first chart out of a report page and writes it as a picture that stands alone, for README.md:
//   npm start && node .ci/picture.mjs out/report.html src/docs/volumes.svg
import { readFileSync, writeFileSync } from 'node:fs';

const [page, picture] = process.argv.slice(2);
const text = readFileSync(page, 'utf8');
const chart = /<svg class="chart wide"[\s\S]*?<\/svg>/.exec(text)?.[0];
if (chart === undefined) throw new Error(`${page}: found no chart, expected a report page`);
const style = `<style>.chart{font:13px system-ui,sans-serif;background:#fff}.chart text{fill:#1b1f24}.axis{fill:#4a535d}
.value{font-weight:600}.bar{fill:#0072b2}.grid{stroke:#c9d0d7}.base{stroke:#4a535d}.whisker{fill:none;stroke:#1b1f24}
.diamond{fill:#fff;stroke:#1b1f24;stroke-width:1.6}</style>`;
writeFileSync(
  picture,
  `${chart.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/(<svg[^>]*>)/, `$1${style}<rect width="100%" height="100%" fill="#fff"/>`)}\n`,
);
