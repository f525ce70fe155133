import pytest

from bench import load
from bench.load import Load, parse, wait_until_idle

OUTPUT = """Running 2s test @ http://127.0.0.1:8000
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     6.31ms    4.24ms  75.64ms   86.61%
    Req/Sec     2.68k   289.67     3.12k    70.00%
  Latency Distribution
     50%  850.00us
     75%    7.46ms
     90%    9.96ms
     99%    1.02s
  5343 requests in 2.00s, 105.57MB read
Requests/sec:   2671.36
Transfer/sec:     52.78MB
"""


def test_wrk_says_requests_a_second_and_latencies_in_several_units():
    assert parse(OUTPUT) == Load(per_second=2671.36, p50=0.85, p99=1020)


@pytest.mark.parametrize(
    "line", ["Non-2xx or 3xx responses: 7", "Socket errors: connect 0, read 0, write 0, timeout 3"]
)
def test_a_server_that_answers_with_errors_is_not_measured(line):
    output = OUTPUT.replace("Requests/sec", f"  {line}\nRequests/sec")

    with pytest.raises(SystemExit, match=line):
        parse(output)


def test_the_next_measurement_waits_until_the_server_has_nothing_left_to_do(monkeypatch):
    used = iter([1.0, 1.5, 2.0, 2.0, 9.0])

    class Server:
        def cpu(self):
            return {1: next(used)}

    monkeypatch.setattr(load.time, "sleep", lambda seconds: None)
    wait_until_idle(Server())

    assert next(used) == 9.0
