using System.Diagnostics;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Support;

/// <summary>Runs the tools whose output is the independent truth.</summary>
static class Tool
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Standard output of a command; the test is skipped (failed in CI) when the command is not installed.</summary>
    public static string Run(string command, params string[] arguments)
    {
        Require(command);
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            throw new TimeoutException($"{command} took longer than {Limit}");
        }
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {errors.Result}{output.Result}");
    }

    public static void Require(string command)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, command))))
            Prerequisite.Missing($"{command} is missing: apt-get install binutils gcc libc6-dev iproute2 gdb");
    }
}
