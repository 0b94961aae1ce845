-- One call of the service, again and again, for `wrk`; the last line it prints is JSON. See load.py.
wrk.method = "POST"
wrk.headers["Host"] = os.getenv("CALL_HOST")
wrk.headers["Authorization"] = "Bearer " .. os.getenv("CALL_KEY")
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"incident_id": "2972395"}'

function done(summary, latency)
    local failed = 0
    for _, count in pairs(summary.errors) do failed = failed + count end
    local median, p99 = latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
    local line = '{"calls": %d, "seconds": %.3f, "median": %.3f, "p99": %.3f, "failed": %d}\n'
    io.write(line:format(summary.requests, summary.duration / 1e6, median, p99, failed))
end
