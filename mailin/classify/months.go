package classify

import (
	"strings"
	"time"
)

// monthNames are what each month is called, in the cases and short forms in which dates have it,
// lower case and without a dot: English, German, French, Spanish, Portuguese, Italian, Dutch,
// Scandinavian, Finnish, Polish, Czech, Russian, Ukrainian, Turkish, Arabic, Hebrew.
var monthNames = [12]string{
	"january jan januar jänner januari janvier janv enero ene janeiro gennaio gen tammikuu " +
		"tammikuuta tammikuun stycznia styczeń sty ledna leden января январь янв січня січень " +
		"січ ocak oca يناير ينایر ינואר",
	"february feb februar februari février févr fevrier febrero fevereiro fev febbraio febr " +
		"helmikuu helmikuuta helmikuun lutego luty lut února únor февраля февраль фев лютого " +
		"лютий лют şubat şub فبراير פברואר",
	"march mar märz mrz maart mrt mars marzo março marco marts maaliskuu maaliskuuta " +
		"maaliskuun marca marzec března březen марта март мар березня березень бер mart مارس " +
		"מרץ מרס",
	"april apr avril avr abril abr aprile huhtikuu huhtikuuta huhtikuun kwietnia kwiecień kwi " +
		"dubna duben апреля апрель апр квітня квітень кві nisan nis أبريل ابريل إبريل אפריל",
	"may mai mei mayo maio mag maggio maj toukokuu toukokuuta toukokuun maja května květen " +
		"мая май травня травень тра mayıs مايو מאי",
	"june jun juni juin junio junho giugno giu kesäkuu kesäkuuta kesäkuun czerwca czerwiec " +
		"cze června červen июня июнь июн червня червень чер haziran haz يونيو يونيه יוני",
	"july jul juli juillet juil julio julho luglio lug heinäkuu heinäkuuta heinäkuun lipca " +
		"lipiec lip července červenec июля июль июл липня липень лип temmuz tem يوليو يوليه " +
		"יולי",
	"august aug augustus août aout agosto ago augusti elokuu elokuuta elokuun sierpnia " +
		"sierpień sie srpna srpen августа август авг серпня серпень сер ağustos ağu أغسطس " +
		"اغسطس אוגוסט",
	"september sep sept septembre septiembre setiembre setembro set settembre syyskuu " +
		"syyskuuta syyskuun września wrzesień wrz září сентября сентябрь сен сент вересня " +
		"вересень вер eylül eyl سبتمبر ספטמבר",
	"october oct oktober okt octobre octubre outubro out ottobre ott lokakuu lokakuuta " +
		"lokakuun października październik paź října říjen октября октябрь окт жовтня жовтень " +
		"жов ekim eki أكتوبر اكتوبر אוקטובר",
	"november nov novembre noviembre novembro marraskuu marraskuuta marraskuun listopada " +
		"listopad lis listopadu ноября ноябрь ноя листопада листопад лис kasım kas نوفمبر " +
		"נובמבר",
	"december dec dezember dez décembre decembre déc diciembre dic dezembro dicembre desember " +
		"des joulukuu joulukuuta joulukuun grudnia grudzień gru prosince prosinec декабря " +
		"декабрь дек грудня грудень гру aralık ara ديسمبر דצמבר",
}

// weekdayNames are what each day of the week is called where dates have it, from Sunday on, as
// monthNames are.
var weekdayNames = [7]string{
	"sunday sun sonntag dimanche domingo domenica zondag söndag søndag sunnuntai sunnuntaina " +
		"niedziela niedzielę niedzieli neděle neděli воскресенье воскресенья неділя неділю " +
		"pazar الأحد ראשון 星期日 星期天 周日 周天 日曜日 일요일",
	"monday mon montag lundi lunes segunda-feira segunda lunedì maandag måndag mandag " +
		"maanantai maanantaina maanantaihin poniedziałek poniedziałku pondělí понедельник " +
		"понедельника понеділок понеділка pazartesi الاثنين الإثنين שני 星期一 周一 週一 月曜日 월요일",
	"tuesday tue tues dienstag mardi martes terça-feira terça martedì dinsdag tisdag tirsdag " +
		"tiistai tiistaina tiistaihin wtorek wtorku úterý вторник вторника вівторок вівторка " +
		"salı الثلاثاء שלישי 星期二 周二 週二 火曜日 화요일",
	"wednesday wed mittwoch mercredi miércoles quarta-feira quarta mercoledì woensdag onsdag " +
		"keskiviikko keskiviikkona keskiviikkoon środa środę środy středa středu среда среду " +
		"среды середа середу çarşamba الأربعاء רביעי 星期三 周三 週三 水曜日 수요일",
	"thursday thu thur thurs donnerstag jeudi jueves quinta-feira quinta giovedì donderdag " +
		"torsdag torstai torstaina torstaihin czwartek czwartku čtvrtek четверг четверга " +
		"четвер четверга perşembe الخميس חמישי 星期四 周四 週四 木曜日 목요일",
	"friday fri freitag vendredi viernes sexta-feira sexta venerdì vrijdag fredag perjantai " +
		"perjantaina perjantaihin piątek piątku pátek пятница пятницу пятницы п'ятниця " +
		"п'ятницю cuma الجمعة שישי 星期五 周五 週五 金曜日 금요일",
	"saturday sat samstag sonnabend samedi sábado sabato zaterdag lördag lørdag lauantai " +
		"lauantaina sobota sobotę soboty sobotu суббота субботу субботы субота суботу " +
		"cumartesi السبت שבת 星期六 周六 週六 土曜日 토요일",
}

// months and weekdays find a month (1 to 12) and a day of the week by its name.
var (
	months = func() map[string]time.Month {
		table := map[string]time.Month{}
		for i, names := range monthNames {
			for name := range strings.FieldsSeq(names) {
				table[name] = time.Month(i + 1)
			}
		}
		return table
	}()
	weekdays = func() map[string]time.Weekday {
		table := map[string]time.Weekday{}
		for i, names := range weekdayNames {
			for name := range strings.FieldsSeq(names) {
				table[name] = time.Weekday(i)
			}
		}
		return table
	}()
)

// monthOf gives the month of a name; Hebrew sets a letter before it that means "of".
func monthOf(name string) (time.Month, bool) {
	name = strings.TrimSuffix(name, ".")
	m, ok := months[name]
	if !ok {
		m, ok = months[strings.TrimPrefix(name, "ב")]
	}
	return m, ok
}
