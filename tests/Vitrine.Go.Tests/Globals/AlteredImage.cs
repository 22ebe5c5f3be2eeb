using Vitrine.Go.Globals;

namespace Vitrine.Go.Tests.Globals;

/// <summary>An image whose functions have other code than the binary.</summary>
sealed class AlteredImage(IAnchorImage image, Func<string, ulong, byte[], byte[]?> alter) : IAnchorImage
{
    /// <inheritdoc/>
    public bool TryGetFunction(string name, out ulong entry, out ReadOnlyMemory<byte> code)
    {
        if (!image.TryGetFunction(name, out entry, out code)) return false;
        if (alter(name, entry, code.ToArray()) is not { } altered) return false;
        code = altered;
        return true;
    }

    /// <inheritdoc/>
    public DataArea? AreaOf(ulong address) => image.AreaOf(address);
}
