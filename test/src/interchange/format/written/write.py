"""Writes the Parquet files of this folder, each with the rows of rows.csv, as pyarrow 25 and DuckDB 1.5 write them.

Run by hand (python write.py, with pyarrow and duckdb installed); the files are kept, so that no test needs either.
The name of a file says what is special about it.
"""
import csv
import datetime as dt
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

UTC = dt.timezone.utc
rows = list(csv.DictReader(open("rows.csv")))
ids = [int(r["installation_id"]) for r in rows]
ats = [dt.datetime.strptime(r["at"], "%Y-%m-%dT%H:%M:%SZ") for r in rows]
column = lambda name: [r[name] or None for r in rows]
yes_no = [None if r["table_5_10"] == "" else r["table_5_10"] == "yes" for r in rows]


def table(**changed):
    columns = {
        "installation_id": pa.array(ids, pa.int64()),
        "at": pa.array([a.replace(tzinfo=UTC) for a in ats], pa.timestamp("us", "UTC")),
        "kind": pa.array(column("kind")),
        "outcome": pa.array(column("outcome")),
        "cause": pa.array(column("cause"), pa.string()),
        "table_5_10": pa.array(column("table_5_10"), pa.string()),
    }
    columns.update(changed)
    return pa.table(columns)


def write(name, t, **options):
    pq.write_table(t, name + ".parquet", store_schema=False, **options)


for codec in ("zstd", "lz4", "gzip", "brotli", "snappy", "none"):
    write(f"codec-{codec}", table(), compression=codec)
write("codec-zstd-plain", table(), compression="zstd", use_dictionary=False, data_page_version="2.0")
write("codec-lz4-plain", table(), compression="lz4", use_dictionary=False)
duckdb.sql(f"copy (select * from 'codec-none.parquet') to 'duckdb-lz4-raw.parquet' (format parquet, compression lz4_raw)")
duckdb.sql(f"copy (select * from 'codec-none.parquet') to 'duckdb-zstd.parquet' (format parquet, compression zstd)")

write("ids-uint64", table(installation_id=pa.array(ids, pa.uint64())))
write("ids-uint32", table(installation_id=pa.array(ids, pa.uint32())))
write("ids-double", table(installation_id=pa.array([float(i) for i in ids], pa.float64())))
write("ids-double-split", table(installation_id=pa.array([float(i) for i in ids], pa.float64())),
      use_dictionary=False, use_byte_stream_split=["installation_id"])
write("ids-decimal-bytes", table(installation_id=pa.array([Decimal(i) for i in ids], pa.decimal128(20, 0))))
write("ids-decimal-int", table(installation_id=pa.array([Decimal(i) for i in ids], pa.decimal128(12, 0))),
      store_decimal_as_integer=True, use_dictionary=False)
write("ids-decimal-scale", table(installation_id=pa.array([Decimal(i) for i in ids], pa.decimal128(20, 3))))
write("ids-delta", table(), use_dictionary=False, column_encoding={
    "installation_id": "DELTA_BINARY_PACKED", "at": "DELTA_BINARY_PACKED", "kind": "DELTA_BYTE_ARRAY",
    "outcome": "DELTA_LENGTH_BYTE_ARRAY"})

naive = pa.array(ats, pa.timestamp("us"))
write("naive-us", table(at=naive))
write("naive-ns", table(at=pa.array(ats, pa.timestamp("ns"))))
write("naive-int96", table(at=pa.array(ats, pa.timestamp("ns"))), use_deprecated_int96_timestamps=True)
write("naive-int96-plain", table(at=pa.array(ats, pa.timestamp("ns"))), use_deprecated_int96_timestamps=True,
      use_dictionary=False, compression="lz4")
duckdb.sql('''copy (select * replace (cast("at" as timestamp) as "at") from 'codec-none.parquet') to 'naive-duckdb.parquet' (format parquet)''')
write("utc-ns", table(at=pa.array([a.replace(tzinfo=UTC) for a in ats], pa.timestamp("ns", "UTC"))))
write("utc-ms", table(at=pa.array([a.replace(tzinfo=UTC) for a in ats], pa.timestamp("ms", "UTC"))))
write("texts-offset", table(at=pa.array([a.strftime("%Y-%m-%d %H:%M:%S+00:00") for a in ats])))

write("bool", table(table_5_10=pa.array(yes_no, pa.bool_())))
write("bool-rle", table(table_5_10=pa.array(yes_no, pa.bool_())), use_dictionary=False,
      column_encoding={"table_5_10": "RLE"}, data_page_version="2.0")
write("null-type", table(cause=pa.nulls(len(rows))))
write("null-double", table(cause=pa.array([None] * len(rows), pa.float64())))
write("null-naive", table(cause=pa.array([None] * len(rows), pa.timestamp("us"))))
write("large-strings", table(outcome=pa.array(column("outcome"), pa.large_string())))
