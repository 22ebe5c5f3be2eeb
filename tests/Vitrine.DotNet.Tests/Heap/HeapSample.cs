using System.Diagnostics;
using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Heap;

/// <summary>The program samples/dotnet/heap, running under one of the collector's modes.</summary>
sealed class HeapSample : IDisposable
{
    /// <summary>What the program says of itself after a round.</summary>
    public sealed record Truth(long Collection, IReadOnlyDictionary<string, long> Kept, IReadOnlyDictionary<string, long> Allocated);

    readonly Process _process;

    /// <param name="mode">A name of <see cref="Modes"/>.</param>
    /// <param name="arguments">Of the program.</param>
    public HeapSample(string mode, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "heap.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_gcServer"] = mode.StartsWith("server", StringComparison.Ordinal) ? "1" : "0";
        start.Environment["DOTNET_gcConcurrent"] = mode.EndsWith("background", StringComparison.Ordinal) ? "1" : "0";
        _process = Process.Start(start)!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    /// <summary>The collector's modes: one heap or one for each processor; full collections that block, or in the background. The short run has the two that differ in both.</summary>
    public static TheoryData<string> Modes => Prerequisite.IsQuickRun ? ["workstation", "server background"] : ["workstation", "workstation background", "server", "server background"];

    public int Pid => _process.Id;

    public Truth Round()
    {
        _process.StandardInput.WriteLine("round");
        _process.StandardInput.Flush();
        using var json = JsonDocument.Parse(_process.StandardOutput.ReadLine()!);
        return new(json.RootElement.GetProperty("collection").GetInt64(), Bytes(json.RootElement.GetProperty("kept")), Bytes(json.RootElement.GetProperty("allocated")));
    }

    static Dictionary<string, long> Bytes(JsonElement of) => of.EnumerateObject().ToDictionary(static one => one.Name, static one => one.Value.GetInt64());

    public void Exit()
    {
        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
