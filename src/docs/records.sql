-- Reported exclusions in effect, by category and cohort, from files that `decide` read and wrote.
--
-- DuckDB reads the files where they lie:
--   create view installations as from 'installations.parquet';
--   create view verdicts as from 'verdicts.parquet';
-- SQLite and others import the CSV files into tables of these names first.
select
  v.category,
  i.cohort,
  count(*) as exclusions,
  max(cast(v.counted as integer)) as most_counted
from verdicts as v
join installations as i on i.installation_id = v.installation_id
where v.reported = 'yes'
  and coalesce(cast(v.effective_from as varchar), '') <> ''
group by v.category, i.cohort
order by v.category, i.cohort;
