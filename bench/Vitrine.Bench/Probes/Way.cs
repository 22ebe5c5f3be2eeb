namespace Vitrine.Bench.Probes;

/// <summary>One way to look at the server, or none.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Commands">What is started for it; empty for none and for what the server does itself.</param>
/// <param name="OwnProfile">The server's own CPU profile runs.</param>
sealed record Way(string Name, IReadOnlyList<string[]> Commands, bool OwnProfile = false)
{
    /// <summary>Longer than any measurement: the tools are ended when it is over.</summary>
    const string Long = "1h";

    /// <summary>All ways, the reference first.</summary>
    public static IReadOnlyList<Way> All(string vitrine, int pid, string binary, string folder)
    {
        string Target() => $"{pid}";
        string[] Vitrine(params string[] words) => [vitrine, words[0], Target(), .. words.Skip(1), "-d", Long, "-q"];
        string[] Record(string profile) => [vitrine, "record", Target(), profile, "-d", Long, "-q", "-o", Path.Combine(folder, $"{profile}.pb.gz")];
        string[] Bpftrace(string script) => ["bpftrace", "-e", script.Replace("BIN", binary, StringComparison.Ordinal).Replace("PID", Target(), StringComparison.Ordinal)];
        string[] cpu = Record("cpu"), gc = Vitrine("gc"), http = Vitrine("http"), panics = Vitrine("panics"), waits = Vitrine("waits");
        return
        [
            new("nobody looks", []),
            new("record cpu", [cpu]),
            new("record offcpu", [Record("offcpu")]),
            new("latency main.lookup", [Vitrine("latency", "main.lookup")]),
            new("latency main.lookup, no budget", [Vitrine("latency", "main.lookup", "--budget", "100%")]),
            new("waits", [waits]),
            new("waits, no budget", [Vitrine("waits", "--budget", "100%")]),
            new("gc", [gc]),
            new("http", [http]),
            new("http, no budget", [Vitrine("http", "--budget", "100%")]),
            new("panics", [panics]),
            new("sockets, every second", [Vitrine("sockets")]),
            new("default set: record cpu and watch", [cpu, Vitrine("watch", "--on", "panic", "--on", "slow-request>1s", "--on", "gc-pause>100ms", "-o", Path.Combine(folder, "recordings"))]),
            new("bpftrace: CPU stacks, 99 Hz", [Bpftrace("profile:hz:99 /pid == PID/ { @[ustack] = count(); }")]),
            new("bpftrace: latency of main.lookup", [Bpftrace(
                "uprobe:BIN:main.lookup { @begun[reg(\"r14\")] = nsecs; } uprobe:BIN:main.lookedUp /@begun[reg(\"r14\")]/ { @ns = hist(nsecs - @begun[reg(\"r14\")]); delete(@begun[reg(\"r14\")]); }")]),
            new("bpftrace: waits", [Bpftrace(
                "uprobe:BIN:runtime.gopark { @parked[reg(\"r14\")] = nsecs; @stack[reg(\"r14\")] = ustack; } uprobe:BIN:runtime.goready /@parked[reg(\"ax\")]/ { @ns[@stack[reg(\"ax\")]] = sum(nsecs - @parked[reg(\"ax\")]); delete(@parked[reg(\"ax\")]); delete(@stack[reg(\"ax\")]); }")]),
            new("bpftrace: requests", [Bpftrace(
                "uprobe:BIN:\"net/http.serverHandler.ServeHTTP\" { @begun[reg(\"r14\")] = nsecs; } uprobe:BIN:\"net/http.(*response).finishRequest\" /@begun[reg(\"r14\")]/ { @ns = hist(nsecs - @begun[reg(\"r14\")]); delete(@begun[reg(\"r14\")]); }")]),
            new("Go's own CPU profile", [], OwnProfile: true),
        ];
    }
}
