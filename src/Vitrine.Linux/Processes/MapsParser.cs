using System.Globalization;
using System.Text;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Processes;

/// <summary>/proc/PID/maps: "start-end perms offset dev inode path", one mapping per line. The kernel writes a newline in a path as \012.</summary>
internal static class MapsParser
{
    public static List<MemoryMap> Parse(ReadOnlySpan<byte> text, Limits limits)
    {
        var maps = new List<MemoryMap>();
        foreach (var line in text.Split((byte)'\n'))
        {
            if (maps.Count == limits.MaxMaps)
                break;
            if (TryParseLine(text[line], out var map))
                maps.Add(map);
        }
        return maps;
    }

    static bool TryParseLine(ReadOnlySpan<byte> line, out MemoryMap map)
    {
        map = null!;
        var rest = line;
        var addresses = Next(ref rest);
        var permissions = Next(ref rest);
        var offset = Next(ref rest);
        var device = Next(ref rest);
        var inode = Next(ref rest);
        var dash = addresses.IndexOf((byte)'-');
        if (dash < 0 || permissions.Length < 4
            || !TryHex(addresses[..dash], out var start) || !TryHex(addresses[(dash + 1)..], out var end) || !TryHex(offset, out var fileOffset)
            || !ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out var inodeNumber) || end <= start)
        {
            return false;
        }

        var flags = (permissions[0] == 'r' ? MapPermissions.Read : 0)
            | (permissions[1] == 'w' ? MapPermissions.Write : 0)
            | (permissions[2] == 'x' ? MapPermissions.Execute : 0)
            | (permissions[3] == 's' ? MapPermissions.Shared : 0);
        var path = rest.TrimStart((byte)' ');
        map = new MemoryMap(
            start, end, flags, fileOffset, Encoding.UTF8.GetString(device), inodeNumber,
            path.Length == 0 ? "" : Encoding.UTF8.GetString(path).Replace("\\012", "\n", StringComparison.Ordinal));
        return true;
    }

    static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        var space = rest.IndexOf((byte)' ');
        var field = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[space..];
        return field;
    }

    static bool TryHex(ReadOnlySpan<byte> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
