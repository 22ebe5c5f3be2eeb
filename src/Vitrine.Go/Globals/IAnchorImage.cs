namespace Vitrine.Go.Globals;

/// <summary>What the search for globals needs of a binary: code by function name, and the area of an address. All addresses are link-time.</summary>
interface IAnchorImage
{
    /// <summary>The code of a function; false when the binary has no function of that name, or its code cannot be read.</summary>
    bool TryGetFunction(string name, out ulong entry, out ReadOnlyMemory<byte> code);

    /// <summary>The area that holds <paramref name="address"/>; null when it is not data of the image at all.</summary>
    DataArea? AreaOf(ulong address);
}
