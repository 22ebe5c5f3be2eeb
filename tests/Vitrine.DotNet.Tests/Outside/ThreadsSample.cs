using System.Diagnostics;
using System.Text.Json;

namespace Vitrine.DotNet.Tests.Outside;

/// <summary>The program samples/dotnet/threads, running, with what its threads said of themselves.</summary>
sealed class ThreadsSample : IDisposable
{
    /// <summary>What a thread said before it waited: frames innermost first, as <c>module!token name</c>.</summary>
    public sealed record Told(int Thread, string Waits, IReadOnlyList<string> Frames);

    readonly Process _process;
    readonly List<Told> _threads = [];

    public ThreadsSample(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "threads.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // Methods are optimised after 30 calls as in a service; nothing else is changed.
        _process = Process.Start(start)!;
        while (_process.StandardOutput.ReadLine() is { } line && line != "ready")
        {
            using var json = JsonDocument.Parse(line);
            _threads.Add(new(json.RootElement.GetProperty("thread").GetInt32(), json.RootElement.GetProperty("waits").GetString()!,
                [.. json.RootElement.GetProperty("frames").EnumerateArray().Select(static frame => frame.GetString()!)]));
        }
    }

    public int Pid => _process.Id;

    public IReadOnlyList<Told> Threads => _threads;

    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine()!;
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
