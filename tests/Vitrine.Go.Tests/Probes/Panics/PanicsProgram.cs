using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Panics;

/// <summary>A running <c>samples/go/panics</c>: it panics when it is told to, and says with what.</summary>
sealed class PanicsProgram : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly Process process;
    readonly Task<string> errors;

    /// <summary>Starts it; it waits.</summary>
    public PanicsProgram(GoFixture fixture, params string[] scene)
    {
        process = Process.Start(new ProcessStartInfo(fixture.Path, scene) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        errors = process.StandardError.ReadToEndAsync();
        Assert.StartsWith("ready", Line(), StringComparison.Ordinal);
    }

    public int Pid => process.Id;

    /// <summary>Lets it go on.</summary>
    public void Go()
    {
        process.StandardInput.WriteLine("go");
        process.StandardInput.Flush();
    }

    /// <summary>Its own account of the panics, when all scenes were played.</summary>
    public IReadOnlyList<Told> Account()
    {
        var told = new List<Told>();
        for (var line = Line(); line != "done"; line = Line())
        {
            var columns = line.Split('\t');
            if (columns[0] == "panic")
                told.Add(new Told(ulong.Parse(columns[1], CultureInfo.InvariantCulture), columns[2], columns[3], JsonSerializer.Deserialize<string>(columns[4])!));
        }
        return told;
    }

    /// <summary>What the runtime printed when it ended.</summary>
    public string LastWords()
    {
        Assert.True(process.WaitForExit(Limit), "the program does not end");
        return errors.Result;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit(Limit);
        process.Dispose();
    }

    string Line()
    {
        var line = process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Limit), "the program says nothing");
        return line.Result ?? throw new InvalidOperationException($"the program ended: {errors.Result}");
    }

    /// <summary>One panic as the program tells it.</summary>
    public sealed record Told(ulong Goroutine, string Outcome, string Type, string Message);
}
