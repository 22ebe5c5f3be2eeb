using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Looks;

/// <summary>A look, as any door asks for it.</summary>
/// <param name="Door">The door's name: <c>http</c>, <c>grpc</c>, <c>unix</c>.</param>
/// <param name="Service">The service's name; empty = the only one.</param>
/// <param name="Name">What is asked for: an instrument, <c>profile</c> (Go's name of <c>cpu</c>), or a page (<see cref="PageName"/>).</param>
/// <param name="Query">How.</param>
/// <param name="Credentials">What the caller brought.</param>
public sealed record LookCall(string Door, string Service, string Name, LookQuery Query, Credentials Credentials)
{
    /// <summary>The media types that the caller takes, as in HTTP's <c>Accept</c>; empty = any. Only pages with several forms read it.</summary>
    public string Accept { get; init; } = "";

    /// <summary>Whether only the head of the answer is wanted, as HTTP's HEAD does: the guard decides, and nothing is looked at.</summary>
    public bool IsHeadOnly { get; init; }
}
