using System.Text.RegularExpressions;
using Vitrine.DotNet.Diagnostics;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Outside;

/// <summary>Another .NET process, seen from outside: known by pid and start time, so that it cannot be taken for a later one.</summary>
public sealed partial class DotNetTarget : IDotNetTarget
{
    readonly Lazy<string> _version;

    DotNetTarget(LinuxProcess process, string? version)
    {
        Process = process;
        Name = process.CommandName;
        Port = DiagnosticPort.Of(process.Identity);
        _version = new(() => version ?? AskVersion());
    }

    /// <summary>The process.</summary>
    public LinuxProcess Process { get; }

    /// <inheritdoc/>
    public DiagnosticPort Port { get; }

    /// <inheritdoc/>
    public int Pid => Process.Pid;

    /// <inheritdoc/>
    public RuntimeKind Runtime => RuntimeKind.DotNet;

    /// <summary>The runtime's version, such as <c>.NET 10.0.12</c>, from the path of its library; where that does not say (a program in a single file), from the runtime itself.</summary>
    public string RuntimeVersion => _version.Value;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Recognises a .NET process by the runtime's library among its mappings, or by its diagnostics port.</summary>
    /// <exception cref="InstrumentUnavailableException">It is no .NET process, as far as can be seen.</exception>
    /// <exception cref="TargetGoneException">It has ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel does not show its mappings.</exception>
    public static DotNetTarget Attach(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (process.Maps().FirstOrDefault(static map => Path.GetFileName(map.Path) == "libcoreclr.so") is { } runtime)
            return new(process, VersionInPath().Match(runtime.Path) is { Success: true } match ? $".NET {match.Groups[1].Value}" : null);
        // The runtime of a single-file program is a part of the program.
        return DiagnosticPort.Of(process.Identity).Availability().CanLook == true
            ? new(process, null)
            : throw new InstrumentUnavailableException(
                $"Process {process.Pid} is no .NET process: it has mapped no libcoreclr.so and has no diagnostics port.",
                "`vitrine ps` lists the processes that can be looked at.");
    }

    string AskVersion()
    {
        try
        {
            var version = Port.GetProcessInfo().RuntimeVersion;
            return version.Length > 0 ? $".NET {version.Split('+')[0]}" : "";
        }
        catch (InstrumentUnavailableException)
        {
            return "";
        }
    }

    // …/shared/Microsoft.NETCore.App/10.0.12/libcoreclr.so
    [GeneratedRegex(@"/Microsoft\.NETCore\.App/(\d[^/]{0,40})/libcoreclr\.so$")]
    private static partial Regex VersionInPath();
}
