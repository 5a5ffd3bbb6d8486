using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class CronScheduleTests
{
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-04T05:06:07", "2026-03-04T05:10:00")]
    [InlineData("*/15 * * * * *", "2026-03-04T05:06:45", "2026-03-04T05:07:00")]
    [InlineData("0 0 0 * * *", "2026-12-31T00:00:00", "2027-01-01T00:00:00")]
    [InlineData("30 0 9-17 * * MON-FRI", "2026-03-06T17:00:30", "2026-03-09T09:00:30")]
    [InlineData("0 0 12 1,15 * *", "2026-03-01T12:00:00", "2026-03-15T12:00:00")]
    [InlineData("0 0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00")]
    [InlineData("0 0 0 29 FEB 0", "2026-01-01T00:00:00", "2032-02-29T00:00:00")]
    [InlineData("0 0 0 13 * FRI", "2026-03-14T00:00:00", "2026-11-13T00:00:00")]
    [InlineData("0 0 0 * * 7", "2026-03-04T00:00:00", "2026-03-08T00:00:00")]
    [InlineData("0 0 0 * * fri-7", "2026-03-04T00:00:00", "2026-03-06T00:00:00")]
    [InlineData("0 40/10 * * * *", "2026-03-04T05:06:07", "2026-03-04T05:40:00")]
    [InlineData("0 0 0 1 jan-mar/2 *", "2026-01-01T00:00:00", "2026-03-01T00:00:00")]
    public void The_next_occurrence_is_the_first_one_after(string expression, string after, string expected)
    {
        var next = CronSchedule.Parse(expression).NextOccurrence(DateTime.Parse(after, null));

        Assert.Equal(DateTime.Parse(expected, null), next);
        Assert.Equal(DateTimeKind.Utc, next.Kind);
    }

    [Theory]
    [InlineData("* * * * *", "has 5 fields instead of 6")]
    [InlineData("00:05:00", "has 1 fields instead of 6")]
    [InlineData("60 * * * * *", "'60' is no second from 0 to 59")]
    [InlineData("* * 24 * * *", "'24' is no hour from 0 to 23")]
    [InlineData("* * * 0 * *", "'0' is no day of month from 1 to 31")]
    [InlineData("* * * * 13 *", "'13' is no month from 1 to 12")]
    [InlineData("* * * * * 8", "'8' is no day of week from 0 to 7")]
    [InlineData("* */0 * * * *", "a step is a number above 0")]
    [InlineData("* 1/2/3 * * * *", "a step is a number above 0")]
    [InlineData("* 1-2-3 * * * *", "a range has two ends")]
    [InlineData("* 30-10 * * * *", "the range runs backwards")]
    [InlineData("* 1,,2 * * * *", "'' is no minute")]
    [InlineData("* -1 * * * *", "'' is no minute")]
    [InlineData("* * * * MAI *", "'MAI' is no month")]
    [InlineData("0 0 0 30 2 *", "no date matches it")]
    public void A_schedule_that_cannot_be_used_says_why(string expression, string reason)
    {
        var error = Assert.Throws<FormatException>(() => CronSchedule.Parse(expression));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{expression}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_occurrence_is_strictly_later_matches_and_skips_none() =>
        Prop.ForAll(Cases().ToArbitrary(), sample =>
        {
            var next = CronSchedule.Parse(sample.Expression).NextOccurrence(sample.After);
            return next > sample.After && sample.Matches(next) && !sample.AnyBetween(sample.After, next);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_or_refused_with_a_format_error() =>
        Prop.ForAll(Gen.Elements("*", "0", "7", "59", "-", "/", ",", " ", "MON", "x").ArrayOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                CronSchedule.Parse(text);
            }
            catch (FormatException)
            {
                return true;
            }

            return text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        }).QuickCheckThrowOnFailure();

    private static Gen<Sample> Cases() =>
        from second in Field(0, 59)
        from minute in Field(0, 59)
        from hour in Field(0, 23)
        from day in Field(1, 31, chosen: 28)
        from month in Field(1, 12, MonthNames)
        from weekday in Field(0, 6, DayNames)
        from offset in Gen.Choose(0, int.MaxValue)
        select new Sample([second, minute, hour, day, month, weekday], new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(offset));

    /// <summary>A field as text, and the values that it stands for, computed without the parser. Day 29 and later is not chosen: some month may lack it.</summary>
    private static Gen<FieldSample> Field(int first, int last, string[]? names = null, int? chosen = null)
    {
        var end = chosen ?? last;
        var item = Gen.OneOf(
            Gen.Constant(new FieldSample("*", [.. Enumerable.Range(first, last - first + 1)])),
            from step in Gen.Choose(1, 20) select new FieldSample($"*/{step}", Steps(first, last, step)),
            from value in Gen.Choose(first, end) select new FieldSample(names is null ? $"{value}" : names[value - first], [value]),
            from a in Gen.Choose(first, end) from b in Gen.Choose(a, end) select new FieldSample($"{a}-{b}", Steps(a, b, 1)),
            from a in Gen.Choose(first, end) from b in Gen.Choose(a, end) from step in Gen.Choose(1, 9) select new FieldSample($"{a}-{b}/{step}", Steps(a, b, step)));
        return Gen.OneOf(item, from one in item from two in item select new FieldSample($"{one.Text},{two.Text}", [.. one.Values, .. two.Values]));
    }

    private static HashSet<int> Steps(int first, int last, int step) => [.. Enumerable.Range(first, last - first + 1).Where(value => (value - first) % step == 0)];

    private sealed record FieldSample(string Text, HashSet<int> Values);

    private sealed record Sample(FieldSample[] Fields, DateTime After)
    {
        public string Expression => string.Join(' ', Fields.Select(sample => sample.Text));

        public bool Matches(DateTime time) => time.Ticks % TimeSpan.TicksPerSecond == 0 && MatchesDate(time) && MatchesHour(time)
            && Fields[1].Values.Contains(time.Minute) && Fields[0].Values.Contains(time.Second);

        public bool AnyBetween(DateTime after, DateTime before)
        {
            var time = after.AddSeconds(1);
            while (time < before)
            {
                if (Matches(time))
                    return true;

                // Whole days and hours that cannot match are passed over, or the search takes minutes.
                time = !MatchesDate(time) ? time.Date.AddDays(1) : !MatchesHour(time) ? time.Date.AddHours(time.Hour + 1) : time.AddSeconds(1);
            }

            return false;
        }

        private bool MatchesDate(DateTime time) =>
            Fields[3].Values.Contains(time.Day) && Fields[4].Values.Contains(time.Month) && Fields[5].Values.Contains((int)time.DayOfWeek);

        private bool MatchesHour(DateTime time) => Fields[2].Values.Contains(time.Hour);
    }
}
