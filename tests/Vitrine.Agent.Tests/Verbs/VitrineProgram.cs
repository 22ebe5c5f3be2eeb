using System.Diagnostics;
using System.Text.Json;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>What one run of the program said.</summary>
sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Runs the program as a user does: another process, its arguments, its exit code and what it wrote.</summary>
static class VitrineProgram
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "vitrine.dll");

    public static ProgramResult Run(params string[] arguments) => Run(Limit, arguments);

    /// <summary>A run that may take longer than the others.</summary>
    public static ProgramResult Run(TimeSpan limit, string[] arguments) => Run([Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", Assembly], arguments, limit);

    /// <summary>Runs it as root with these capabilities only, such as <c>+bpf,+perfmon</c>.</summary>
    public static ProgramResult RunWithCapabilities(string capabilities, params string[] arguments) =>
        Run(["setpriv", $"--bounding-set=-all,{capabilities}", "--inh-caps=-all", "--", "dotnet", Assembly], arguments);

    /// <summary>Starts it and lets it run; what it writes is dropped.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException("cannot start dotnet");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs it as root without one capability (its name in small letters, without "cap_").</summary>
    public static ProgramResult RunWithoutCapability(string capability, params string[] arguments) =>
        Run(["setpriv", $"--bounding-set=-{capability}", $"--inh-caps=-{capability}", "--", "dotnet", Assembly], arguments);

    /// <summary>Runs it as another user, who may not look into our processes.</summary>
    public static ProgramResult RunAsNobody(string folder, params string[] arguments) =>
        Run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--", "dotnet", Path.Combine(folder, "vitrine.dll")], arguments);

    static ProgramResult Run(string[] command, string[] arguments, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in command.Skip(1).Concat(arguments))
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        start.Environment.Remove("VITRINE_DEBUG");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {command[0]}");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit ?? Limit))
        {
            process.Kill();
            throw new TimeoutException($"vitrine {string.Join(' ', arguments)} took longer than {(limit ?? Limit).TotalSeconds} s");
        }
        return new ProgramResult(process.ExitCode, output.Result, errors.Result);
    }
}
