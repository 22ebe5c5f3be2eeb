using Vitrine.Linux.Kernel;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>What the checks ask of the machine, read once.</summary>
sealed record MachineFacts
{
    public required DebugSettings Settings { get; init; }

    public required ViewerPrivileges Viewer { get; init; }

    /// <summary>The program that core dumps go to, with owner and mode; null when they go to a file or it cannot be seen.</summary>
    public (string Path, FileRights? Rights)? CoreHandler { get; init; }

    /// <summary>Owner and mode of the folder that core dumps go to, where kernel.core_pattern is a path.</summary>
    public (string Path, FileRights? Rights)? CoreFolder { get; init; }

    /// <summary>The pid namespace of pid 1 of this machine or container; null when it may not be seen.</summary>
    public ulong? FirstPidNamespace { get; init; }

    /// <summary>The network namespace of this program.</summary>
    public ulong? OwnNetworkNamespace { get; init; }

    /// <summary>Whether listeners are asked.</summary>
    public bool Probes { get; init; }

    public static MachineFacts Read(bool probes)
    {
        var settings = DebugSettings.Read();
        var self = LinuxProcess.Open(Environment.ProcessId);
        return new MachineFacts
        {
            Settings = settings,
            Viewer = ViewerPrivileges.Read(),
            CoreHandler = HandlerOf(settings.CorePattern) is { } handler ? (handler, FileRights.Of(FileStatus.TryOf(handler))) : null,
            CoreFolder = FolderOf(settings.CorePattern) is { } folder ? (folder, FileRights.Of(FileStatus.TryOf(folder))) : null,
            FirstPidNamespace = NamespaceOfFirst(),
            OwnNetworkNamespace = self.Namespaces.Network,
            Probes = probes,
        };
    }

    static string? HandlerOf(string? pattern) => pattern is ['|', .. var command] && command.TrimStart().Split(' ')[0] is ['/', ..] path ? path : null;

    static string? FolderOf(string? pattern)
    {
        if (pattern is not ['/', ..] || Path.GetDirectoryName(pattern) is not { Length: > 0 } folder)
            return null;
        // A folder may have a % in it that the kernel fills in for each dump: what is before it is looked at.
        var percent = folder.IndexOf('%', StringComparison.Ordinal);
        return percent < 0 ? folder : Path.GetDirectoryName(folder[..percent]) ?? "/";
    }

    static ulong? NamespaceOfFirst()
    {
        try
        {
            return LinuxProcess.Open(1).Namespaces.Pid;
        }
        catch (TargetGoneException)
        {
            return null;
        }
    }
}
