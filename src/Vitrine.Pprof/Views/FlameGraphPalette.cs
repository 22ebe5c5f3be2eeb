using System.Globalization;

namespace Vitrine.Pprof.Views;

/// <summary>
/// The colours of the picture: the same rules as the page's colour.js (light). They are chosen in OKLCH, where equal lightness looks equally light whatever the hue, and written as
/// sRGB, which every renderer of SVG knows.
/// </summary>
internal static class FlameGraphPalette
{
    public static string Neutral { get; } = Hex(0.88, 0.006, 260);

    /// <summary>A package or function: a colour by its name, the same in every profile and on every machine.</summary>
    public static string OfName(string name)
    {
        var h = Hash(name);
        var step = (h >> 8) % 3;
        return Hex(0.82 + 0.035 * step, 0.1 - 0.012 * step, h % 40 * 9);
    }

    /// <summary>Red grew, blue shrank; full colour is "new" or "gone".</summary>
    public static string OfChange(double before, double after)
    {
        var most = Math.Max(before, after);
        return OfChangeShare(most > 0 ? (after - before) / most : 0);
    }

    /// <summary>A place on the scale from −1 (gone) to 1 (new).</summary>
    public static string OfChangeShare(double share)
    {
        var strength = Math.Pow(Math.Min(1, Math.Abs(share)), 0.7);
        return strength < 0.004 ? Neutral : Hex(0.92 - 0.2 * strength, 0.015 + 0.125 * strength, share > 0 ? 27 : 255);
    }

    /// <summary>FNV-1a over UTF-16 with the final mix of MurmurHash3, as in colour.js.</summary>
    static uint Hash(string text)
    {
        var h = 0x811c9dc5;
        foreach (var c in text)
            h = (h ^ c) * 0x01000193;
        h = (h ^ (h >> 16)) * 0x85ebca6b;
        h = (h ^ (h >> 13)) * 0xc2b2ae35;
        return h ^ (h >> 16);
    }

    /// <summary>OKLCH to sRGB (https://www.w3.org/TR/css-color-4/#color-conversion-code), components outside sRGB clipped.</summary>
    static string Hex(double lightness, double chroma, double hue)
    {
        var a = chroma * Math.Cos(hue * Math.PI / 180);
        var b = chroma * Math.Sin(hue * Math.PI / 180);
        var l = Cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        var m = Cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        var s = Cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        var red = Channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
        var green = Channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
        var blue = Channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
        return string.Create(CultureInfo.InvariantCulture, $"#{red:x2}{green:x2}{blue:x2}");
    }

    static double Cube(double x) => x * x * x;

    static int Channel(double linear)
    {
        var encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;
        return (int)Math.Round(Math.Clamp(encoded, 0, 1) * 255);
    }
}
