namespace Vitrine.Export.Tests;

public sealed class PrometheusNumberTests
{
    // As Go's strconv.FormatFloat(v, 'g', -1, 64) writes them.
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(930312, "930312")]
    [InlineData(1445681, "1.445681e+06")]
    [InlineData(1e6, "1e+06")]
    [InlineData(1e21, "1e+21")]
    [InlineData(18446744073709551615, "1.8446744073709552e+19")]
    [InlineData(1795338424.57, "1.79533842457e+09")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00011123200000000001, "0.00011123200000000001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(6.399999999999999e-08, "6.399999999999999e-08")]
    [InlineData(8.191999999999999e-05, "8.191999999999999e-05")]
    [InlineData(24.999999999999996, "24.999999999999996")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Format_ANumber_IsAsGoWritesIt(double value, string expected) => Assert.Equal(expected, PrometheusNumber.Format(value));
}
