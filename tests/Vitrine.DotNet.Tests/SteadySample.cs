using System.Diagnostics;

namespace Vitrine.DotNet.Tests;

/// <summary>The program samples/dotnet/steady, running.</summary>
sealed class SteadySample : IDisposable
{
    readonly Process _process;

    public SteadySample(params string[] arguments) : this([], arguments)
    {
    }

    public SteadySample(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "steady.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    public int Pid => _process.Id;

    /// <summary>What the program says of itself: collections of the generations 0 to 2, bytes allocated, heap, committed, exceptions, contentions, pauses in milliseconds.</summary>
    public double[] Ask(string line = "")
    {
        _process.StandardInput.WriteLine(line);
        return [.. _process.StandardOutput.ReadLine()!.Split(' ').Select(static one => double.Parse(one, System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>Stops all its threads, or lets them go on.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
