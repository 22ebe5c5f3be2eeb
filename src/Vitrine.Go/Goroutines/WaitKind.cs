namespace Vitrine.Go.Goroutines;

/// <summary>Which kind of <see cref="WaitingOn"/> a record holds.</summary>
internal enum WaitKind : byte
{
    None,
    Channel,
    Select,
    NilChannel,
    NoCases,
    Lock,
    Network,
    Sleep,
    Runtime,
    Unknown,
}
