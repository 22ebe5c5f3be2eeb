using System.Diagnostics;

namespace Vitrine.Linux.Tests.Support;

/// <summary>A child process that lives until it is disposed.</summary>
sealed class Child : IDisposable
{
    readonly Process process;

    public Child(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
    }

    public int Pid => process.Id;

    public StreamReader Output => process.StandardOutput;

    public StreamWriter Input => process.StandardInput;

    public bool HasExited => process.HasExited;

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void WaitForExit() => Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)), "the child did not end");

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }
}
