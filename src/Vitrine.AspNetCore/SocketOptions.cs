namespace Vitrine.AspNetCore;

/// <summary>A Unix socket as a door of its own, beside the service's addresses: <c>curl --unix-socket PATH http://x/debug/pprof/heap</c>, or <c>echo heap | nc -U PATH</c>. Read once, when the service starts. Linux only.</summary>
public sealed class SocketOptions
{
    /// <summary>The absolute path of the socket; empty = there is none.</summary>
    public string Path { get; set; } = "";

    /// <summary>The permissions of its file, as chmod takes them. Whether who connects may look is the guard's to say.</summary>
    public string Mode { get; set; } = "0600";

    /// <summary>The group that the file belongs to, by name or number; empty = this process's.</summary>
    public string Group { get; set; } = "";
}
