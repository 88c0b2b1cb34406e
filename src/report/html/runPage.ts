import type { RunReport } from '../runReport.ts';

export function runPage(reports: readonly RunReport[]): string {
  return JSON.stringify(reports);
}
