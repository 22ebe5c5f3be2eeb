using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Vitrine.TestTargets;

/// <summary>The program <c>samples/go/collector</c>: collects on command, with <c>GODEBUG=gctrace=1</c>, and tells the runtime's own account.</summary>
public sealed class CollectorTarget : IDisposable
{
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    readonly Process process;
    readonly ConcurrentQueue<string> errors = new();

    CollectorTarget(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text) errors.Enqueue(text);
        };
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    /// <summary>
    /// Lines of gctrace up to this collection and those after it. The runtime counts a collection before it prints its line, and the line comes through another pipe than the answers: it is waited for.
    /// </summary>
    public IReadOnlyList<string> Trace(long collections)
    {
        List<string> lines = [];
        if (!SpinWait.SpinUntil(() => (lines = [.. errors.Where(line => line.StartsWith("gc ", StringComparison.Ordinal))]).Count >= collections, AnswerLimit))
            throw new TimeoutException($"the collector sample printed {lines.Count} of {collections} lines within {AnswerLimit.TotalSeconds} s");
        return lines;
    }

    /// <summary>Lines of <c>GODEBUG=gcpacertrace=1</c> that say that a sweep has ended: pages that it swept.</summary>
    public IReadOnlyList<long> SweptPages =>
    [
        .. errors.Where(line => line.StartsWith("pacer: sweep done", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split("swept ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)),
    ];

    /// <summary>Starts it.</summary>
    /// <param name="fixture">Which build.</param>
    /// <param name="processors">GOMAXPROCS.</param>
    /// <param name="debug">Further GODEBUG settings, each with a comma before it.</param>
    public static CollectorTarget Start(GoFixture fixture, int processors = 2, string debug = "")
    {
        var start = new ProcessStartInfo(fixture.Path) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GODEBUG"] = "gctrace=1" + debug;
        start.Environment["GOMAXPROCS"] = processors.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var target = new CollectorTarget(Process.Start(start) ?? throw new InvalidOperationException($"cannot start {fixture.Path}"));
        if (target.ReadLine() != "ready") throw new InvalidOperationException($"{fixture} is not ready");
        return target;
    }

    /// <summary>Sends a command and waits until it is done.</summary>
    public void Do(string command)
    {
        var answer = Ask(command);
        if (answer != "ok") throw new InvalidOperationException($"{command}: {answer}");
    }

    /// <summary>The runtime's own account.</summary>
    public CollectorAccount Report()
    {
        using var document = JsonDocument.Parse(Ask("report"));
        return CollectorAccount.Read(document.RootElement);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit(AnswerLimit);
        process.Dispose();
    }

    string Ask(string command)
    {
        process.StandardInput.WriteLine(command);
        process.StandardInput.Flush();
        return ReadLine();
    }

    string ReadLine()
    {
        var line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(AnswerLimit)) throw new TimeoutException($"the collector sample did not answer within {AnswerLimit.TotalSeconds} s");
        return line.Result ?? throw new InvalidOperationException("the collector sample has ended: " + string.Join('\n', errors.TakeLast(20)));
    }
}
