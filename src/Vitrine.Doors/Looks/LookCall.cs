using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Looks;

/// <summary>A look, as any door asks for it.</summary>
/// <param name="Door">The door's name: <c>http</c>, <c>grpc</c>, <c>unix</c>.</param>
/// <param name="Service">The service's name; empty = the only one.</param>
/// <param name="Name">What is asked for: an instrument, <c>profile</c> (Go's name of <c>cpu</c>), or a page (<c>index</c>, <c>cmdline</c>, <c>symbol</c>, <c>metrics</c>, <c>vars</c>, <c>switches</c>).</param>
/// <param name="Query">How.</param>
/// <param name="Credentials">What the caller brought.</param>
public sealed record LookCall(string Door, string Service, string Name, LookQuery Query, Credentials Credentials);
