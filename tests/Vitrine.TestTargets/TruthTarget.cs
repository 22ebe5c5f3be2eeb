using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Vitrine.TestTargets;

/// <summary>A running truth program (<c>samples/go/truth</c>): a live Go target that tells what is true of itself.</summary>
/// <remarks>Every wait is bounded. Disposal kills the process by its id and removes what it wrote.</remarks>
public sealed class TruthTarget : IDisposable
{
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    readonly Process process;
    readonly BlockingCollection<string> lines = [];
    readonly StringBuilder errors = new();
    readonly string folder = Directory.CreateTempSubdirectory("vitrine-truth-").FullName;

    TruthTarget(GoFixture fixture, Process process)
    {
        Fixture = fixture;
        this.process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null) lines.Add(line.Data);
            else lines.CompleteAdding();
        };
        process.ErrorDataReceived += (_, line) => { lock (errors) errors.AppendLine(line.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public GoFixture Fixture { get; }

    public int Pid => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The Go version as the program prints it, such as <c>go1.26.1</c>.</summary>
    public string GoVersion { get; private set; } = "";

    /// <summary>What the target wrote to standard error so far (GODEBUG traces, a crash).</summary>
    public string StandardError
    {
        get { lock (errors) return errors.ToString(); }
    }

    /// <summary>Starts the program and waits until it says that it is ready.</summary>
    public static TruthTarget Start(GoFixture fixture, TruthOptions? options = null)
    {
        options ??= new TruthOptions();
        var start = new ProcessStartInfo(options.Executable ?? fixture.Path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        foreach (var name in (string[])["GODEBUG", "GOGC", "GOMAXPROCS", "GOTRACEBACK", "GOMEMLIMIT"]) start.Environment.Remove(name);
        if (options.MaxProcs is { } procs) start.Environment["GOMAXPROCS"] = procs.ToString(CultureInfo.InvariantCulture);
        if (options.GoDebug is { } debug) start.Environment["GODEBUG"] = debug;
        if (options.GoGc is { } gc) start.Environment["GOGC"] = gc;
        if (options.GoMemLimit is { } limit) start.Environment["GOMEMLIMIT"] = limit;

        var target = new TruthTarget(fixture, Process.Start(start) ?? throw new InvalidOperationException($"cannot start {fixture.Path}"));
        try
        {
            target.AwaitReady();
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Sends one command and returns its answer. Throws when the target answers with an error, ends, or takes too long.</summary>
    public TruthReply Ask(string command, TimeSpan? limit = null)
    {
        Send(command);
        var answer = NextLine(command, limit ?? AnswerLimit);
        if (answer == "ok") return new TruthReply("");
        if (answer.StartsWith("ok ", StringComparison.Ordinal)) return new TruthReply(answer[3..]);
        throw new InvalidOperationException($"{Fixture}: '{command}' answered '{answer}'");
    }

    /// <summary>Sends a command without waiting, for commands that end the target.</summary>
    public void Send(string command)
    {
        process.StandardInput.Write(command + "\n");
        process.StandardInput.Flush();
    }

    /// <summary>Starts scenarios ("all", or names) and returns every fact told since the start.</summary>
    public IReadOnlyList<TruthFact> Park(params string[] scenarios)
    {
        Ask($"park {string.Join(' ', scenarios)}");
        var file = FileName("facts");
        Ask($"facts {file}");
        return [.. File.ReadLines(file).Where(line => line.Length > 0).Select(TruthFact.Parse)];
    }

    /// <summary>The runtime's own account of all goroutines, in the layout of <c>debug=2</c>.</summary>
    public string Stacks()
    {
        var file = FileName("stack");
        Ask($"stack {file}");
        return File.ReadAllText(file);
    }

    /// <summary>
    /// <c>runtime.MemStats</c> by field name, with <c>PauseNs.0</c>, <c>BySize.Mallocs.0</c> and so on, NumGoroutine and GOMAXPROCS.
    /// The target allocates nothing between the measurement and its next command.
    /// </summary>
    public IReadOnlyDictionary<string, string> MemStats()
    {
        var file = FileName("memstats");
        Ask($"memstats {file}");
        return File.ReadLines(file).Select(line => line.Split(' ', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }

    /// <summary>
    /// As <see cref="MemStats"/>, with a look from outside before: nothing allocates between the look and the measurement, and the Ps have
    /// work in their caches that only the measurement accounts for.
    /// </summary>
    public IReadOnlyDictionary<string, string> MemStatsAfter(Action look)
    {
        var file = FileName("peek");
        Ask($"peek {file}");
        look();
        Ask("");
        return File.ReadLines(file).Select(line => line.Split(' ', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }

    /// <summary>A profile as runtime/pprof writes it (gzip).</summary>
    public byte[] Profile(string name)
    {
        var file = FileName(name);
        Ask($"profile {name} {file}");
        return File.ReadAllBytes(file);
    }

    /// <summary>Waits for the "ready" line, at the start or after an exec.</summary>
    public void AwaitReady()
    {
        var ready = NextLine("start", AnswerLimit);
        if (!ready.StartsWith("ready ", StringComparison.Ordinal)) throw new InvalidOperationException($"{Fixture} said '{ready}' instead of ready");
        GoVersion = TruthFact.Parse(ready[6..])["go"];
    }

    /// <summary>Waits until the target has ended.</summary>
    public void AwaitExit()
    {
        if (!process.WaitForExit(EndLimit)) throw new TimeoutException($"{Fixture} did not end");
    }

    /// <summary>Kills the target with SIGKILL and waits until it is reaped.</summary>
    public void Kill()
    {
        if (!process.HasExited) process.Kill();
        AwaitExit();
    }

    public void Dispose()
    {
        try { Kill(); }
        finally
        {
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    string FileName(string name) => Path.Combine(folder, name);

    string NextLine(string command, TimeSpan limit)
    {
        if (lines.TryTake(out var line, limit)) return line;
        throw lines.IsCompleted
            ? new InvalidOperationException($"{Fixture} ended during '{command}': {StandardError}")
            : new TimeoutException($"{Fixture} did not answer '{command}' within {limit}");
    }
}
