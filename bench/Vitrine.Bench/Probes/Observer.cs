using System.Diagnostics;

namespace Vitrine.Bench.Probes;

/// <summary>A tool that watches a process while a load runs: started, awaited until its probes are in place, and ended with SIGTERM, which it takes as Ctrl-C (a shell may have it deaf to SIGINT), so that it does all of its work.</summary>
sealed class Observer : IDisposable
{
    static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(6), Quiet = TimeSpan.FromSeconds(1), EndLimit = TimeSpan.FromSeconds(60);

    readonly List<Process> processes = [];
    readonly List<Task<string>> errors = [];

    /// <summary>Starts the commands, each a program with its arguments.</summary>
    public Observer(IEnumerable<string[]> commands)
    {
        foreach (var command in commands)
        {
            var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
            var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {command[0]}");
            processes.Add(process);
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            errors.Add(process.StandardError.ReadToEndAsync());
        }
    }

    /// <summary>Waits until the descriptors by which the tools hold probes have not changed for a while.</summary>
    /// <returns>Why there is nothing to measure; null when all is in place.</returns>
    public string? AwaitReady()
    {
        var waited = Stopwatch.StartNew();
        var stable = Stopwatch.StartNew();
        var last = -1;
        while (stable.Elapsed < Quiet || waited.Elapsed < 2 * Quiet)
        {
            // A budget that takes probes away and brings them back never comes to rest.
            if (waited.Elapsed > ReadyLimit) return last > 0 ? null : "attached nothing";
            for (var i = 0; i < processes.Count; i++)
                if (processes[i].HasExited) return $"ended with {processes[i].ExitCode}: {errors[i].Result.Split('\n')[0]}";
            var held = processes.Sum(process => Held(process.Id));
            if (held != last) stable.Restart();
            last = held;
            Thread.Sleep(50);
        }
        return null;
    }

    public TimeSpan Cpu => TimeSpan.FromTicks(processes.Sum(process => ProcessClock.Cpu(process.Id).Ticks));

    public long PeakBytes => processes.Sum(process => ProcessClock.PeakBytes(process.Id));

    public void Dispose()
    {
        foreach (var process in processes)
            if (!process.HasExited) Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        foreach (var process in processes)
        {
            if (!process.WaitForExit(EndLimit)) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    static int Held(int pid)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Count(file => new FileInfo(file).LinkTarget is { } link && (link.Contains("bpf", StringComparison.Ordinal) || link.Contains("perf_event", StringComparison.Ordinal)));
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
