namespace Vitrine.DotNet.Events;

/// <summary>Names of code addresses, each asked for once.</summary>
/// <param name="find">The name of an address.</param>
sealed class FrameNames(Func<ulong, FrameName> find)
{
    readonly Dictionary<ulong, FrameName> _known = [];

    public FrameName this[ulong address] => _known.TryGetValue(address, out var name) ? name : _known[address] = find(address);
}
