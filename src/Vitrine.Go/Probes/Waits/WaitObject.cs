using System.Globalization;

namespace Vitrine.Go.Probes.Waits;

/// <summary>A channel, a lock, or a descriptor of the network poller.</summary>
/// <param name="Address">Its address in the process.</param>
/// <param name="FileDescriptor">The file descriptor of a network wait; null otherwise.</param>
/// <param name="Description">What the descriptor was when it was looked at, such as "tcp 127.0.0.1:80 ↔ 127.0.0.1:51234"; null when not known.</param>
public sealed record WaitObject(ulong Address, int? FileDescriptor = null, string? Description = null)
{
    /// <summary>The address, or the descriptor with what it is.</summary>
    public override string ToString() => FileDescriptor is { } descriptor
        ? string.Create(CultureInfo.InvariantCulture, $"fd {descriptor} {Description}").TrimEnd()
        : string.Create(CultureInfo.InvariantCulture, $"0x{Address:x}");
}
